#include "gud_tensor_engine.h"
