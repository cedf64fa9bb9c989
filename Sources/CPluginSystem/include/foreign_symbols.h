#ifndef GUD_FOREIGN_SYMBOLS_H
#define GUD_FOREIGN_SYMBOLS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether an address from dlsym is a function's: 1 yes, 0 no, -1 where the library does not say. [any thread] */
int gud_symbol_is_function(const void *address);

/* Calls visit with the name of every function that an opened library exports, in no order. The names belong to the
   library. Returns 0, or -1 where its symbol table cannot be read. [any thread] */
int gud_visit_functions(void *library, void (*visit)(const char *name, void *context), void *context);

/* The file of an opened library, as the loader found it; NULL where it does not say. It belongs to the library.
   [any thread] */
const char *gud_library_path(void *library);

#ifdef __cplusplus
}
#endif
#endif
