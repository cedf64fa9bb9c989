#include "gud_plugin.h"
