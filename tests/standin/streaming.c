/* Buffers and time: frames are captured lazily, but with the stamps and losses of a real camera. */
#define _GNU_SOURCE
#include "v4l2_standin.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000LL
#define PAGE 4096u

int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static void ring_push(struct ring *ring, unsigned index)
{
    ring->indexes[(ring->first + ring->count++) % MAX_BUFFERS] = index;
}

static unsigned ring_pop(struct ring *ring)
{
    unsigned index = ring->indexes[ring->first];
    ring->first = (ring->first + 1) % MAX_BUFFERS;
    ring->count--;
    return index;
}

static bool is_nth(unsigned long frame, unsigned long every)
{
    return every && frame % every == 0;
}

static const struct picture *picture_of(const struct stream *stream, unsigned long number)
{
    return &stream->pictures.items[number % stream->pictures.count];
}

static void fill(struct stream *stream, unsigned index, int64_t captured_ns)
{
    const struct device *device = stream->device;
    const struct settings *settings = &device->settings;
    struct buffer *buffer = &stream->buffers[index];
    if (!settings->fill_once)
        buffer->bytes_used = picture_write(picture_of(stream, device->frames - 1), settings,
                                           &device->format, buffer->data);
    else
        buffer->bytes_used = picture_of(stream, index)->size;
    if (is_nth(device->frames, settings->short_every))
        buffer->bytes_used /= 2;
    if (is_nth(device->frames, settings->empty_every))
        buffer->bytes_used = 0;
    buffer->flags = is_nth(device->frames, settings->error_every) ? V4L2_BUF_FLAG_ERROR : 0;
    buffer->sequence = stream->sequence;
    buffer->captured_ns = captured_ns;
    buffer->state = DONE;
}

static bool is_past_last_frame(const struct device *device)
{
    return device->settings.unplug_after && !device->absent_until_ns &&
           device->frames >= device->settings.unplug_after;
}

static bool sees(const struct device *device, int64_t at_ns)
{
    return at_ns >= device->stalled_until_ns && !is_past_last_frame(device);
}

static void capture(struct stream *stream, int64_t at_ns)
{
    struct device *device = stream->device;
    const struct settings *settings = &device->settings;
    device->frames++;
    if (stream->queued.count) {
        unsigned index = ring_pop(&stream->queued);
        fill(stream, index, at_ns);
        ring_push(&stream->done, index);
    }
    stream->sequence++;
    if (device->frames == settings->stall_after)
        device->stalled_until_ns = settings->stall_ns == NEVER ? NEVER : at_ns + settings->stall_ns;
}

static int64_t interval_ns(const struct device *device)
{
    return SECOND_NS * device->interval.numerator / device->interval.denominator;
}

/* The frame after which the node vanishes can still be dequeued; the next call finds it gone. */
bool streaming_is_unplugged(const struct stream *stream)
{
    return is_past_last_frame(stream->device) && !stream->done.count;
}

static bool is_past(const struct stream *stream, unsigned long frame)
{
    return frame && stream->streaming && stream->device->frames >= frame;
}

bool streaming_hangs(const struct stream *stream)
{
    return is_past(stream, stream->device->settings.hang_after);
}

bool streaming_has_event(const struct stream *stream)
{
    const struct device *device = stream->device;
    return stream->subscribed && !device->source_change_told &&
           is_past(stream, device->settings.source_change_after);
}

/* As the frame before an unplugging, the last one before an error can still be dequeued. */
static bool has_failed(struct stream *stream)
{
    struct device *device = stream->device;
    if (!device->fatal_told && is_past(stream, device->settings.fatal_after) && !stream->done.count)
        stream->failed = device->fatal_told = true;
    return stream->failed;
}

void streaming_advance(struct stream *stream)
{
    struct device *device = stream->device;
    int64_t now = now_ns();
    if (device->settings.unpaced) {
        while (stream->queued.count && sees(device, now))
            capture(stream, now);
        return;
    }
    for (; stream->next_frame_ns <= now; stream->next_frame_ns += interval_ns(device))
        if (sees(device, stream->next_frame_ns))
            capture(stream, stream->next_frame_ns);
}

void streaming_schedule(struct stream *stream)
{
    const struct device *device = stream->device;
    int64_t at_ns = 0;
    if (stream->done.count || streaming_is_unplugged(stream) || has_failed(stream))
        at_ns = 1;
    else if (stream->streaming && stream->queued.count)
        at_ns = device->settings.unpaced ? 1 : stream->next_frame_ns;
    if (at_ns && device->stalled_until_ns > at_ns)
        at_ns = device->stalled_until_ns == NEVER ? 0 : device->stalled_until_ns;
    struct itimerspec wake = {
        .it_value = {.tv_sec = at_ns / SECOND_NS, .tv_nsec = at_ns % SECOND_NS},
    };
    timerfd_settime(stream->fd, TFD_TIMER_ABSTIME, &wake, NULL);
}

static void stop(struct stream *stream)
{
    stream->streaming = stream->failed = false;
    stream->queued.count = stream->done.count = 0;
    for (unsigned i = 0; i < stream->buffer_count; i++)
        stream->buffers[i].state = DEQUEUED;
    streaming_schedule(stream);
}

void streaming_release(struct stream *stream)
{
    stop(stream);
    for (unsigned i = 0; i < stream->buffer_count; i++)
        real_munmap(stream->buffers[i].data, stream->buffer_room);
    if (stream->memory_fd >= 0)
        real_close(stream->memory_fd);
    stream->memory_fd = -1;
    stream->buffer_count = 0;
    pictures_free(&stream->pictures);
    if (stream->device->owner == stream)
        stream->device->owner = NULL;
}

static int allocate(struct stream *stream, unsigned count)
{
    struct device *device = stream->device;
    size_t room = (device->format.sizeimage + PAGE - 1) / PAGE * PAGE;
    if (!pictures_load(&stream->pictures, &device->settings, &device->format))
        return refuse(EINVAL);
    stream->memory_fd = memfd_create("v4l2-standin", MFD_CLOEXEC);
    if (stream->memory_fd < 0 || ftruncate(stream->memory_fd, (off_t)(room * count)))
        return -1;
    for (unsigned i = 0; i < count; i++) {
        uint8_t *data = real_mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED,
                                  stream->memory_fd, (off_t)(room * i));
        stream->buffers[i] = (struct buffer){.data = data};
        if (device->settings.fill_once)
            picture_write(picture_of(stream, i), &device->settings, &device->format, data);
    }
    stream->buffer_room = room;
    stream->buffer_count = count;
    device->owner = stream;
    return 0;
}

static int request_buffers(struct stream *stream, struct v4l2_requestbuffers *request)
{
    if (device_fails(stream->device, CALL_REQBUFS))
        return -1;
    if (request->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || request->memory != V4L2_MEMORY_MMAP)
        return refuse(EINVAL);
    if (device_is_busy(stream) || stream->streaming)
        return refuse(EBUSY);
    request->capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP;
    streaming_release(stream);
    if (request->count > MAX_BUFFERS)
        request->count = MAX_BUFFERS;
    return request->count ? allocate(stream, request->count) : 0;
}

static void describe(const struct stream *stream, unsigned index, struct v4l2_buffer *to)
{
    static const uint32_t STATES[] = {0, V4L2_BUF_FLAG_QUEUED, V4L2_BUF_FLAG_DONE};
    const struct buffer *buffer = &stream->buffers[index];
    *to = (struct v4l2_buffer){
        .index = index,
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
        .bytesused = buffer->bytes_used,
        .flags = buffer->flags | STATES[buffer->state] | V4L2_BUF_FLAG_MAPPED |
                 V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC,
        .field = V4L2_FIELD_NONE,
        .timestamp = {buffer->captured_ns / SECOND_NS, buffer->captured_ns % SECOND_NS / 1000},
        .sequence = buffer->sequence,
        .memory = V4L2_MEMORY_MMAP,
        .m.offset = (uint32_t)(index * stream->buffer_room),
        .length = (uint32_t)stream->buffer_room,
    };
}

static int query_buffer(struct stream *stream, struct v4l2_buffer *buffer)
{
    if (buffer->index >= stream->buffer_count)
        return refuse(EINVAL);
    describe(stream, buffer->index, buffer);
    return 0;
}

static int queue(struct stream *stream, struct v4l2_buffer *buffer)
{
    if (device_fails(stream->device, CALL_QBUF))
        return -1;
    if (buffer->index >= stream->buffer_count || buffer->memory != V4L2_MEMORY_MMAP ||
        stream->buffers[buffer->index].state != DEQUEUED)
        return refuse(EINVAL);
    if (stream->streaming)
        streaming_advance(stream);
    stream->buffers[buffer->index].state = QUEUED;
    ring_push(&stream->queued, buffer->index);
    streaming_schedule(stream);
    return 0;
}

static int unplug(struct stream *stream)
{
    struct device *device = stream->device;
    int64_t back_after_ns = device->settings.back_after_ns;
    device->absent_until_ns = back_after_ns == NEVER ? NEVER : now_ns() + back_after_ns;
    negotiation_reset(device);
    return refuse(ENODEV);
}

static int dequeue(struct stream *stream, struct v4l2_buffer *buffer)
{
    if (buffer->memory != V4L2_MEMORY_MMAP || !stream->streaming)
        return refuse(EINVAL);
    if (device_fails(stream->device, CALL_DQBUF))
        return -1;
    streaming_advance(stream);
    if (streaming_is_unplugged(stream))
        return unplug(stream);
    if (has_failed(stream))
        return refuse(EIO);
    if (stream->done.count) {
        unsigned index = ring_pop(&stream->done);
        stream->buffers[index].state = DEQUEUED;
        describe(stream, index, buffer);
        streaming_schedule(stream);
        return 0;
    }
    streaming_schedule(stream);
    return refuse(EAGAIN);
}

static int start(struct stream *stream)
{
    if (device_fails(stream->device, CALL_STREAMON))
        return -1;
    if (!stream->buffer_count)
        return refuse(EINVAL);
    if (stream->streaming)
        return 0;
    stream->streaming = true;
    stream->sequence = 0;
    stream->next_frame_ns = now_ns() + interval_ns(stream->device);
    streaming_schedule(stream);
    return 0;
}

static int subscribe(struct stream *stream, const struct v4l2_event_subscription *subscription)
{
    if (subscription->type != V4L2_EVENT_SOURCE_CHANGE)
        return refuse(EINVAL);
    stream->subscribed = true;
    return 0;
}

static int dequeue_event(struct stream *stream, struct v4l2_event *event)
{
    if (!streaming_has_event(stream))
        return refuse(ENOENT);
    stream->device->source_change_told = true;
    *event = (struct v4l2_event){
        .type = V4L2_EVENT_SOURCE_CHANGE,
        .u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION,
    };
    return 0;
}

int streaming_ioctl(struct stream *stream, uint32_t request, void *argument)
{
    switch (request) {
    case VIDIOC_REQBUFS: return request_buffers(stream, argument);
    case VIDIOC_QUERYBUF: return query_buffer(stream, argument);
    case VIDIOC_QBUF: return queue(stream, argument);
    case VIDIOC_DQBUF: return dequeue(stream, argument);
    case VIDIOC_STREAMON: return start(stream);
    case VIDIOC_SUBSCRIBE_EVENT: return subscribe(stream, argument);
    case VIDIOC_DQEVENT: return dequeue_event(stream, argument);
    case VIDIOC_STREAMOFF: stop(stream); return 0;
    default: return NOT_MINE;
    }
}
