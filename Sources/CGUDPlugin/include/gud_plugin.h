#ifndef GUD_PLUGIN_H
#define GUD_PLUGIN_H
#endif
