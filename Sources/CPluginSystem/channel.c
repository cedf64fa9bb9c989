#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "plugin_system.h"

int gud_shared_memory(size_t bytes) {
    int descriptor = memfd_create("gud", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor >= 0
        && (ftruncate(descriptor, (off_t)bytes) || fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW))) {
        int reason = errno;
        close(descriptor);
        errno = reason;
        return -1;
    }
    return descriptor;
}

int gud_keeps_its_size(int descriptor) {
    int seals = fcntl(descriptor, F_GET_SEALS);
    return seals >= 0 && (seals & F_SEAL_SHRINK);
}

ssize_t gud_send(int socket, const void *bytes, size_t count, int descriptor) {
    struct iovec data = {.iov_base = (void *)bytes, .iov_len = count};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    ssize_t sent;
    do sent = sendmsg(socket, &message, MSG_NOSIGNAL); while (sent < 0 && errno == EINTR);
    return sent;
}

int gud_is_there_soon(int socket) {
    struct timespec now, end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_nsec += 50 * 1000;
    do {
        struct pollfd ready = {.fd = socket, .events = POLLIN};
        if (poll(&ready, 1, 0) > 0) return 1;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - end.tv_sec) * 1000000000L + now.tv_nsec - end.tv_nsec < 0);
    return 0;
}

ssize_t gud_receive(int socket, void *bytes, size_t capacity, int *descriptor, int timeout_milliseconds) {
    *descriptor = -1;
    if (!gud_is_there_soon(socket) && timeout_milliseconds >= 0) {
        struct pollfd ready = {.fd = socket, .events = POLLIN};
        int count;
        do count = poll(&ready, 1, timeout_milliseconds); while (count < 0 && errno == EINTR);
        if (count == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (count < 0) return -1;
    }
    struct iovec data = {.iov_base = bytes, .iov_len = capacity};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    ssize_t received;
    struct msghdr message;
    do {
        /* Room for one descriptor: with that of the padding, a second would come along and stay open. */
        message = (struct msghdr){
            .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_LEN(sizeof(int))};
        received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (received < 0 && errno == EINTR);
    if (received >= 0)
        for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
            if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
                memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    return received;
}
