#ifndef PLUGIN_SYSTEM_H
#define PLUGIN_SYSTEM_H
#endif
