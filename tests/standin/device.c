/* The nodes that exist, the descriptors open on them, and the mappings of their buffers. */
#define _GNU_SOURCE
#include "v4l2_standin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define PREFIX "V4L2_STANDIN_"
#define MAX_DEVICES 8
#define MAX_FDS 4096
#define MAX_MAPPINGS 256

static struct device devices[MAX_DEVICES];
static size_t device_count;
static struct stream *streams[MAX_FDS];
static struct {
    const void *address;
    struct device *device;
} mappings[MAX_MAPPINGS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void read_environment(void)
{
    for (char **entry = environ; *entry && device_count < MAX_DEVICES; entry++) {
        char *equals = strchr(*entry, '=');
        if (!equals || strncmp(*entry, PREFIX, strlen(PREFIX)))
            continue;
        char *node = strndup(*entry + strlen(PREFIX), equals - *entry - strlen(PREFIX));
        struct device *device = &devices[device_count++];
        settings_parse(&device->settings, node, equals + 1);
        negotiation_reset(device);
        free(node);
    }
}

int refuse(int error)
{
    errno = error;
    return -1;
}

struct device *device_find(const char *path)
{
    for (size_t i = 0; path && i < device_count; i++)
        if (strcmp(path, devices[i].settings.path) == 0)
            return &devices[i];
    return NULL;
}

struct device *device_at(size_t index)
{
    return index < device_count ? &devices[index] : NULL;
}

static struct stream *stream_of(int fd)
{
    return fd >= 0 && fd < MAX_FDS ? streams[fd] : NULL;
}

struct device *device_of(int fd)
{
    struct stream *stream = stream_of(fd);
    return stream ? stream->device : NULL;
}

static bool exists(const char *path)
{
    return *path && !real_access(path, F_OK);
}

bool device_is_present(struct device *device)
{
    bool there = now_ns() >= device->absent_until_ns && !exists(device->settings.gone_while);
    if (!there)
        controls_reset(device);
    return there;
}

bool device_is_busy(const struct stream *stream)
{
    const struct device *device = stream->device;
    return device->owner ? device->owner != stream : device->mappings > 0;
}

int device_fails(struct device *device, enum call call)
{
    if ((call == CALL_S_FMT || call == CALL_REQBUFS) && exists(device->settings.busy_while))
        return refuse(EBUSY);
    for (size_t i = 0; i < device->settings.failure_count; i++) {
        struct failure *failure = &device->settings.failures[i];
        if (failure->call == call && failure->times > 0) {
            failure->times--;
            return refuse(failure->error);
        }
    }
    return 0;
}

int device_open(struct device *device, int flags)
{
    if (!device_is_present(device))
        return refuse(ENOENT);
    if (device_fails(device, CALL_OPEN))
        return -1;
    int timer_flags = (flags & O_NONBLOCK ? TFD_NONBLOCK : 0) | (flags & O_CLOEXEC ? TFD_CLOEXEC : 0);
    int fd = timerfd_create(CLOCK_MONOTONIC, timer_flags);
    if (fd >= MAX_FDS) {
        real_close(fd);
        return refuse(EMFILE);
    }
    if (fd < 0)
        return -1;
    struct stream *stream = calloc(1, sizeof *stream);
    *stream = (struct stream){.device = device, .fd = fd, .memory_fd = -1};
    pthread_mutex_lock(&lock);
    streams[fd] = stream;
    pthread_mutex_unlock(&lock);
    return fd;
}

bool device_close(int fd)
{
    pthread_mutex_lock(&lock);
    struct stream *stream = stream_of(fd);
    if (stream) {
        streams[fd] = NULL;
        streaming_release(stream);
        free(stream);
    }
    pthread_mutex_unlock(&lock);
    return stream != NULL;
}

static int locked_ioctl(struct stream *stream, uint32_t request, void *argument)
{
    stream->dead = stream->dead || !device_is_present(stream->device);
    if (stream->dead)
        return refuse(ENODEV);
    int result = negotiation_ioctl(stream, request, argument);
    if (result == NOT_MINE)
        result = controls_ioctl(stream, request, argument);
    if (result == NOT_MINE)
        result = streaming_ioctl(stream, request, argument);
    if (result == NOT_MINE)
        result = refuse(ENOTTY);
    return result;
}

short device_trouble(int fd)
{
    pthread_mutex_lock(&lock);
    struct stream *stream = stream_of(fd);
    short trouble = 0;
    if (stream->dead || !device_is_present(stream->device) || streaming_is_unplugged(stream))
        trouble = POLLERR | POLLHUP | POLLPRI;
    else if (stream->failed)
        trouble = POLLERR;
    else if (streaming_has_event(stream))
        trouble = POLLPRI;
    pthread_mutex_unlock(&lock);
    return trouble;
}

static bool is_blocking(int fd)
{
    return !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

int device_ioctl(int fd, uint32_t request, void *argument)
{
    for (;;) {
        pthread_mutex_lock(&lock);
        struct stream *stream = stream_of(fd);
        bool hangs = stream && request == VIDIOC_DQBUF && streaming_hangs(stream);
        int result = stream ? locked_ioctl(stream, request, argument) : refuse(EBADF);
        pthread_mutex_unlock(&lock);
        while (hangs)
            pause();
        bool waits = request == VIDIOC_DQBUF && result < 0 && errno == EAGAIN && is_blocking(fd);
        if (!waits)
            return result;
        struct pollfd next_frame = {.fd = fd, .events = POLLIN};
        if (poll(&next_frame, 1, -1) < 0)
            return -1;
    }
}

void *device_map(int fd, size_t length, int protection, int flags, off_t offset)
{
    pthread_mutex_lock(&lock);
    struct stream *stream = stream_of(fd);
    void *address = MAP_FAILED;
    size_t slot = 0;
    while (slot < MAX_MAPPINGS && mappings[slot].address)
        slot++;
    bool inside = offset >= 0 && (size_t)offset + length <= stream->buffer_count * stream->buffer_room;
    if (!inside || slot == MAX_MAPPINGS)
        errno = EINVAL;
    else
        address = real_mmap(NULL, length, protection, flags, stream->memory_fd, offset);
    if (address != MAP_FAILED) {
        mappings[slot].address = address;
        mappings[slot].device = stream->device;
        stream->device->mappings++;
    }
    pthread_mutex_unlock(&lock);
    return address;
}

void device_unmapped(const void *address)
{
    if (!device_count)
        return;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < MAX_MAPPINGS; i++)
        if (address && mappings[i].address == address) {
            mappings[i].address = NULL;
            mappings[i].device->mappings--;
        }
    pthread_mutex_unlock(&lock);
}
