#include "plugin_system.h"
