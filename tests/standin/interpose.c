/* The functions of libc that a camera's user calls, answered here for the stand-in's nodes only. */
#define _GNU_SOURCE
#include "v4l2_standin.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define VIDEO_MAJOR 81

/* libc's function of the same name, with the type of the one declared here. */
#define LIBC(name)                                                                                \
    ({                                                                                             \
        static __typeof__(&name) found;                                                            \
        if (!found)                                                                                \
            found = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                                    \
        found;                                                                                     \
    })

int real_open(const char *path, int flags) { return LIBC(open)(path, flags); }
int real_close(int fd) { return LIBC(close)(fd); }
int real_access(const char *path, int mode) { return LIBC(access)(path, mode); }
int real_munmap(void *address, size_t length) { return LIBC(munmap)(address, length); }

void *real_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    return LIBC(mmap)(address, length, protection, flags, fd, offset);
}

/* Where a path below /sys/class/video4linux is to be found; in the room that is given. */
static const char *redirected(const char *path, char room[PATH_MAX])
{
    static const char CLASS[] = "/sys/class/video4linux";
    const char *instead = getenv("V4L2_SYSFS");
    if (!instead || !path || strncmp(path, CLASS, sizeof CLASS - 1))
        return path;
    snprintf(room, PATH_MAX, "%s%s", instead, path + sizeof CLASS - 1);
    return room;
}

#define OPEN(name, real_arguments, ...)                                                            \
    int name(__VA_ARGS__, ...)                                                                     \
    {                                                                                              \
        char room[PATH_MAX];                                                                       \
        struct device *device = device_find(path);                                                 \
        if (device)                                                                                \
            return device_open(device, flags);                                                     \
        path = redirected(path, room);                                                             \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        return LIBC(name) real_arguments;                                                          \
    }

OPEN(open, (path, flags, mode), const char *path, int flags)
OPEN(open64, (path, flags, mode), const char *path, int flags)
OPEN(openat, (at, path, flags, mode), int at, const char *path, int flags)
OPEN(openat64, (at, path, flags, mode), int at, const char *path, int flags)

int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open64(path, flags); }

int close(int fd)
{
    device_close(fd);
    return real_close(fd);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (device_of(fd))
        return device_ioctl(fd, (uint32_t)request, argument);
    return LIBC(ioctl)(fd, request, argument);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    if (device_of(fd))
        return device_map(fd, length, protection, flags, offset);
    return real_mmap(address, length, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
    return mmap(address, length, protection, flags, fd, offset);
}

int munmap(void *address, size_t length)
{
    device_unmapped(address);
    return real_munmap(address, length);
}

static int present(struct device *device)
{
    return device_is_present(device) ? 0 : refuse(ENOENT);
}

int access(const char *path, int mode)
{
    struct device *device = device_find(path);
    return device ? present(device) : real_access(path, mode);
}

int faccessat(int at, const char *path, int mode, int flags)
{
    struct device *device = device_find(path);
    return device ? present(device) : LIBC(faccessat)(at, path, mode, flags);
}

static void describe(const struct device *device, struct stat *status)
{
    memset(status, 0, sizeof *status);
    status->st_mode = S_IFCHR | 0660;
    status->st_nlink = 1;
    status->st_rdev = makedev(VIDEO_MAJOR, device->settings.minor);
}

/* struct stat64 is struct stat on 64-bit machines. */
#define STAT(name, status_type, real_arguments, ...)                                               \
    int name(__VA_ARGS__)                                                                          \
    {                                                                                              \
        char room[PATH_MAX];                                                                       \
        struct device *device = device_find(path);                                                 \
        path = redirected(path, room);                                                             \
        if (!device)                                                                               \
            return LIBC(name) real_arguments;                                                      \
        describe(device, (struct stat *)status);                                                   \
        return present(device);                                                                    \
    }

STAT(stat, struct stat, (path, status), const char *path, struct stat *status)
STAT(stat64, struct stat64, (path, status), const char *path, struct stat64 *status)
STAT(lstat, struct stat, (path, status), const char *path, struct stat *status)
STAT(lstat64, struct stat64, (path, status), const char *path, struct stat64 *status)
STAT(fstatat, struct stat, (at, path, status, flags), int at, const char *path,
     struct stat *status, int flags)
STAT(fstatat64, struct stat64, (at, path, status, flags), int at, const char *path,
     struct stat64 *status, int flags)

int fstat(int fd, struct stat *status)
{
    struct device *device = device_of(fd);
    if (!device)
        return LIBC(fstat)(fd, status);
    describe(device, status);
    return 0;
}

int fstat64(int fd, struct stat64 *status)
{
    return fstat(fd, (struct stat *)status);
}

/* v4l2-ctl learns from sysfs what kind of node a number is; it reads with std::ifstream. */
static FILE *open_uevent(unsigned minor)
{
    char text[64];
    int length = snprintf(text, sizeof text, "MAJOR=%d\nMINOR=%u\nDEVNAME=video%u\n", VIDEO_MAJOR,
                          minor, minor);
    int fd = memfd_create("uevent", MFD_CLOEXEC);
    if (pwrite(fd, text, length, 0) != length)
        return NULL;
    return fdopen(fd, "r");
}

/* Which of the two it calls depends on how its libstdc++ was built. */
#define FOPEN(name)                                                                                \
    FILE *name(const char *path, const char *mode)                                                 \
    {                                                                                              \
        char node[32];                                                                             \
        unsigned minor;                                                                            \
        if (sscanf(path, "/sys/dev/char/81:%u/uevent", &minor) == 1) {                             \
            snprintf(node, sizeof node, "/dev/video%u", minor);                                    \
            if (device_find(node))                                                                 \
                return open_uevent(minor);                                                         \
        }                                                                                          \
        return LIBC(name)(path, mode);                                                             \
    }

FOPEN(fopen)
FOPEN(fopen64)

ssize_t readlink(const char *path, char *target, size_t size)
{
    char room[PATH_MAX];
    return LIBC(readlink)(redirected(path, room), target, size);
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    int ready = LIBC(poll)(fds, count, timeout);
    for (nfds_t i = 0; ready >= 0 && i < count; i++) {
        short trouble = device_of(fds[i].fd) ? device_trouble(fds[i].fd) : 0;
        ready += trouble && !fds[i].revents;
        fds[i].revents |= trouble;
    }
    return ready;
}

/* Who lists /dev gets the nodes after all that is really there. */
static __thread struct {
    DIR *directory;
    size_t next;
} listing;

DIR *opendir(const char *path)
{
    DIR *directory = LIBC(opendir)(path);
    if (directory && strcmp(path, "/dev") == 0) {
        listing.directory = directory;
        listing.next = 0;
    }
    return directory;
}

static struct device *next_listed(DIR *directory)
{
    struct device *device = NULL;
    if (directory == listing.directory)
        while ((device = device_at(listing.next++)) && !device_is_present(device))
            ;
    return device;
}

/* struct dirent64 is struct dirent on 64-bit machines. */
#define READDIR(name, entry_type)                                                                  \
    struct entry_type *name(DIR *directory)                                                        \
    {                                                                                              \
        static __thread struct entry_type entry;                                                   \
        struct entry_type *found = LIBC(name)(directory);                                          \
        struct device *device = found ? NULL : next_listed(directory);                             \
        if (!device)                                                                               \
            return found;                                                                          \
        entry = (struct entry_type){.d_ino = device->settings.minor + 1, .d_type = DT_CHR};        \
        strcpy(entry.d_name, strrchr(device->settings.path, '/') + 1);                             \
        return &entry;                                                                             \
    }

READDIR(readdir, dirent)
READDIR(readdir64, dirent64)

int closedir(DIR *directory)
{
    if (directory == listing.directory)
        listing.directory = NULL;
    return LIBC(closedir)(directory);
}
