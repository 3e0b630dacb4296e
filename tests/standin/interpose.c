/* The functions of libc that a camera's user calls, answered here for the stand-in's nodes only. */
#define _GNU_SOURCE
#include "v4l2_standin.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
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

#define OPEN(name, real_arguments, ...)                                                            \
    int name(__VA_ARGS__, ...)                                                                     \
    {                                                                                              \
        struct device *device = device_find(path);                                                 \
        if (device)                                                                                \
            return device_open(device, flags);                                                     \
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
        struct device *device = device_find(path);                                                 \
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
