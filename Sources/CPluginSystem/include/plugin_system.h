/* System calls that Swift cannot import or must not make: processes, limits, guard pages, floating-point environment. */
#ifndef PLUGIN_SYSTEM_H
#define PLUGIN_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fenv_guard.h"
#include "foreign_symbols.h"

/*
 * Starts a program in a process group of its own. Descriptor 3 of the child is `channel`; its standard output and error
 * are `output`; its standard input is empty; it has no other descriptors. Signals are unblocked and at their defaults.
 * Returns 0, or an errno.
 */
int gud_spawn(const char *program, char *const argv[], char *const envp[], int channel, int output, pid_t *pid);

/*
 * For the worker, first thing: it cannot gain privileges, leaves no core, adopts what its children leave behind, and
 * may use so many seconds of processor time and bytes of address space (0: as many as it likes).
 */
void gud_confine(unsigned cpu_seconds, unsigned long address_space);

/* Ends this process as soon as the other end of a socket or pipe is gone, whatever else it is doing. Returns 0, or an errno. */
int gud_exit_with(int channel);

/* Kills every descendant of this process; returns how many were still running. */
int gud_kill_descendants(void);

/*
 * Kills every process whose environment at its start held "NAME=value", wherever it is now; returns how many there
 * were. Finds what a worker's children have become that left its group and outlived it.
 */
int gud_kill_marked(const char *variable);

/*
 * Waits until one of two descriptors can be read or is at its end; a negative one is never. Returns 1 for the first, 2
 * for the second, 3 for both, 0 when the time is up.
 */
int gud_wait_for_either(int first, int second, int timeout_milliseconds);

/* Adds to the number of calls of the calling thread's that hold a whole plugin, and returns it. [any thread] */
int gud_serial_calls(int more);

/*
 * Pages that end (at_end) or begin (else) exactly with `bytes` bytes, between pages that cannot be touched. NULL when
 * out of memory. The name is kept.
 */
void *gud_guarded_allocate(size_t bytes, int at_end, const char *name);
/* Makes the pages of a guarded allocation readable only, or writable again. */
void gud_guarded_protect(void *start, int read_only);
void gud_guarded_free(void *start);

/*
 * Reports a fault before the process dies of it: writes one line "F <text>" to the descriptor, naming the guarded
 * allocation that was overrun where it was one. Runs on a stack of its own.
 */
void gud_report_faults(int descriptor);

/* A nameless shared memory file of a size that nobody can change; -1 and errno when it cannot be had. */
int gud_shared_memory(size_t bytes);
/* Whether a descriptor is of such a file: memory that shrinks under a mapping is a signal to whoever touches it. */
int gud_keeps_its_size(int descriptor);
/*
 * Whether something is there within some 50 microseconds, without sleeping: on an idle machine, waking up costs more than most
 * calls take.
 */
int gud_is_there_soon(int socket);

/* Sends and receives messages with at most one descriptor; see sendmsg(2). Return the number of bytes, 0 at the end, or -1. */
ssize_t gud_send(int socket, const void *bytes, size_t count, int descriptor);
ssize_t gud_receive(int socket, void *bytes, size_t capacity, int *descriptor, int timeout_milliseconds);

#endif
