#ifndef PLUGIN_SYSTEM_H
#define PLUGIN_SYSTEM_H

#include "fenv_guard.h"
#include "foreign_symbols.h"

#endif
