#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "plugin_system.h"

enum { page = 4096, most = 64, guard = 16 * page };

/* One allocation: guard, data, guard. `used` is where the caller's bytes begin. */
typedef struct {
    char *base, *used;
    size_t data, bytes;
    const char *name;
    int read_only;
} region;

/* Written under the lock; the signal handler reads without it. */
static region regions[most];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *gud_guarded_allocate(size_t bytes, int at_end, const char *name) {
    size_t data = (bytes + page - 1) / page * page;
    if (!data) data = page;
    char *base = mmap(NULL, data + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return NULL;
    if (mprotect(base + guard, data, PROT_READ | PROT_WRITE)) {
        munmap(base, data + 2 * guard);
        return NULL;
    }
    char *used = base + guard + (at_end ? data - bytes : 0);
    pthread_mutex_lock(&lock);
    region *free_one = NULL;
    for (int index = 0; index < most && !free_one; index++) if (!regions[index].base) free_one = &regions[index];
    if (free_one) *free_one = (region){.base = base, .used = used, .data = data, .bytes = bytes, .name = name};
    pthread_mutex_unlock(&lock);
    if (free_one) return used;
    munmap(base, data + 2 * guard);
    return NULL;
}

static region *find(void *start) {
    for (int index = 0; index < most; index++)
        if (regions[index].base && regions[index].used == start) return &regions[index];
    return NULL;
}

void gud_guarded_protect(void *start, int read_only) {
    pthread_mutex_lock(&lock);
    region *it = find(start);
    if (it) {
        it->read_only = read_only;
        mprotect(it->base + guard, it->data, read_only ? PROT_READ : PROT_READ | PROT_WRITE);
    }
    pthread_mutex_unlock(&lock);
}

void gud_guarded_free(void *start) {
    pthread_mutex_lock(&lock);
    region *it = find(start);
    if (it) {
        char *base = it->base;
        it->base = NULL;
        munmap(base, it->data + 2 * guard);
    }
    pthread_mutex_unlock(&lock);
}

static int fault_descriptor = -1;

/* Only what is safe in a signal handler: no allocation, no stdio. */
static size_t append(char *text, size_t at, size_t capacity, const char *more) {
    while (*more && at + 1 < capacity) text[at++] = *more++;
    return at;
}

static size_t append_number(char *text, size_t at, size_t capacity, size_t number) {
    char digits[24];
    int count = 0;
    do digits[count++] = (char)('0' + number % 10); while (number /= 10);
    while (count && at + 1 < capacity) text[at++] = digits[--count];
    return at;
}

static void on_fault(int signal_number, siginfo_t *info, void *context) {
    char text[256];
    const size_t capacity = sizeof text;
    size_t at = append(text, 0, capacity, "F ");
    char *address = info->si_addr;
    int writes = 0;
    char *top = NULL;
#if defined(__x86_64__)
    writes = (((ucontext_t *)context)->uc_mcontext.gregs[REG_ERR] & 2) != 0;
    top = (char *)((ucontext_t *)context)->uc_mcontext.gregs[REG_RSP];
#else
    (void)context;
#endif
    const region *hit = NULL;
    for (int index = 0; index < most && !hit; index++) {
        const region *it = &regions[index];
        if (it->base && address >= it->base && address < it->base + it->data + 2 * guard) hit = it;
    }
    if (signal_number == SIGSEGV && hit) {
        at = append(text, at, capacity, writes ? "it writes " : "it reads ");
        if (address == hit->used + hit->bytes) {
            at = append(text, at, capacity, "past the end of ");
        } else if (address > hit->used + hit->bytes) {
            at = append_number(text, at, capacity, (size_t)(address - (hit->used + hit->bytes)));
            at = append(text, at, capacity, " bytes past the end of ");
        } else if (address < hit->used) {
            at = append_number(text, at, capacity, (size_t)(hit->used - address));
            at = append(text, at, capacity, " bytes before the beginning of ");
        } else {
            at = append(text, at, capacity, "into ");
        }
        at = append(text, at, capacity, hit->name);
        if (hit->read_only && address >= hit->used && address < hit->used + hit->bytes)
            at = append(text, at, capacity, ", which it may only read");
    } else if (top && address < top + page && address >= top - guard) {
        at = append(text, at, capacity, "its stack is full: it calls itself without end, or keeps large arrays on it");
    } else {
        const char *what = address < (char *)page ? "it follows a null pointer" : "it follows an invalid pointer";
        at = append(text, at, capacity, what);
    }
    text[at++] = '\n';
    if (write(fault_descriptor, text, at) < 0) { /* nobody is left to tell */ }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

void gud_report_faults(int descriptor) {
    static char stack_memory[64 * 1024];
    fault_descriptor = descriptor;
    stack_t stack = {.ss_sp = stack_memory, .ss_size = sizeof stack_memory};
    sigaltstack(&stack, NULL);
    struct sigaction action = {0};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}
