#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugin_system.h"

int gud_spawn(const char *program, char *const argv[], char *const envp[], int channel, int output, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    /* Copies with high numbers first, so that descriptors 1 to 3 cannot overwrite one of them. */
    int high_channel = fcntl(channel, F_DUPFD_CLOEXEC, 100), high_output = fcntl(output, F_DUPFD_CLOEXEC, 100);
    if (high_channel < 0 || high_output < 0) {
        int reason = errno;
        if (high_channel >= 0) close(high_channel);
        if (high_output >= 0) close(high_output);
        return reason;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, high_output, 1);
    posix_spawn_file_actions_adddup2(&actions, high_output, 2);
    posix_spawn_file_actions_adddup2(&actions, high_channel, 3);
    posix_spawn_file_actions_addclosefrom_np(&actions, 4);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int result = posix_spawn(pid, program, &actions, &attributes, argv, envp);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(high_channel);
    close(high_output);
    return result;
}

int gud_serial_calls(int more) {
    static _Thread_local int calls;
    return calls += more;
}

static void limit(int resource, unsigned long value, unsigned long grace) {
    struct rlimit limits = {value, value + grace};
    setrlimit(resource, &limits);
}

void gud_confine(unsigned cpu_seconds, unsigned long address_space) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    limit(RLIMIT_CORE, 0, 0);
    /* SIGXCPU, which says what it is, comes before SIGKILL. */
    if (cpu_seconds) limit(RLIMIT_CPU, cpu_seconds, 2);
    if (address_space) limit(RLIMIT_AS, address_space, 0);
}

static void *watch(void *argument) {
    struct pollfd ends = {.fd = (int)(intptr_t)argument, .events = POLLRDHUP};
    while (!(poll(&ends, 1, -1) > 0 && (ends.revents & (POLLHUP | POLLRDHUP | POLLERR | POLLNVAL)))) {}
    /* A plugin that closes all descriptors has closed this one, too: there is nothing left to watch. */
    if (ends.revents & POLLNVAL) return NULL;
    gud_kill_descendants();
    _exit(0);
}

int gud_exit_with(int channel) {
    /* A descriptor of its own, which a plugin does not close by mistake. */
    int descriptor = fcntl(channel, F_DUPFD_CLOEXEC, 100);
    if (descriptor < 0) return errno;
    /* No signal of the program's is for this thread. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int result = pthread_create(&thread, NULL, watch, (void *)(intptr_t)descriptor);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!result) pthread_detach(thread);
    return result;
}

/* The parent of a process, and its state ('Z' where it has ended and nobody has asked how); 0 where it is gone. */
static pid_t parent_of(pid_t pid, char *state) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    int parent = 0;
    /* "pid (name) state parent": the name may hold anything, so look for its last bracket. */
    if (fgets(line, sizeof line, file)) {
        char *end = NULL;
        for (char *at = line; *at; at++) if (*at == ')') end = at;
        if (!end || sscanf(end + 1, " %c %d", state, &parent) != 2) parent = 0;
    }
    fclose(file);
    return parent;
}

int gud_kill_descendants(void) {
    int found = 0;
    /* Each round kills the direct children; theirs become ours, as this process adopts orphans. */
    for (int round = 0; round < 64; round++) {
        DIR *processes = opendir("/proc");
        if (!processes) return found;
        int ended = 0, killed = 0;
        for (struct dirent *entry; (entry = readdir(processes));) {
            pid_t pid = atoi(entry->d_name);
            char state = 0;
            if (pid > 0 && parent_of(pid, &state) == getpid()) {
                kill(pid, SIGKILL);
                waitpid(pid, NULL, 0);
                ended++;
                killed += state != 'Z';
            }
        }
        closedir(processes);
        found += killed;
        if (!ended) break;
    }
    return found;
}

/* Whether a process was started with a variable of the environment, or is a copy of one that was. */
static int is_marked(pid_t pid, const char *variable) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    /* The variable stands first in a worker's environment, but a program that is started by one may sort them. */
    static _Thread_local char variables[128 * 1024];
    size_t count = 0;
    for (ssize_t more; count < sizeof variables && (more = read(file, variables + count, sizeof variables - count)) > 0;)
        count += (size_t)more;
    close(file);
    const size_t length = strlen(variable) + 1;
    for (size_t at = 0; at + length <= count; at += strnlen(variables + at, count - at) + 1)
        if (!memcmp(variables + at, variable, length)) return 1;
    return 0;
}

int gud_kill_marked(const char *variable) {
    int found = 0;
    /* A round that finds none is the last: whoever was forked meanwhile is found by the next. */
    for (int round = 0; round < 64; round++) {
        DIR *processes = opendir("/proc");
        if (!processes) return found;
        int killed = 0;
        for (struct dirent *entry; (entry = readdir(processes));) {
            pid_t pid = atoi(entry->d_name);
            if (pid > 0 && pid != getpid() && is_marked(pid, variable) && kill(pid, SIGKILL) == 0) killed++;
        }
        closedir(processes);
        found += killed;
        if (!killed) break;
        usleep(1000);
    }
    return found;
}

int gud_wait_for_either(int first, int second, int timeout_milliseconds) {
    struct pollfd ends[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
    int count;
    do count = poll(ends, 2, timeout_milliseconds); while (count < 0 && errno == EINTR);
    if (count <= 0) return 0;
    return (ends[0].revents ? 1 : 0) | (ends[1].revents ? 2 : 0);
}
