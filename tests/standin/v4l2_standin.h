/*
 * A V4L2 camera for machines without one: a library for LD_PRELOAD that makes /dev/videoN exist
 * for one process and its children. Python callers use the module standin beside this file.
 *
 * Each variable V4L2_STANDIN_<node> makes one camera, for example
 *
 *     V4L2_STANDIN_video70='fourcc=MJPG,YUYV;size=1920x1080,640x480;fps=30,15;frames=/tmp/pictures'
 *
 * Its keys, separated by semicolons:
 *
 *   fourcc=A,B           formats, by preference: MJPG JPEG YUYV UYVY YVYU NV12 YU12 GREY RGB3 BGR3
 *   size=WxH,...         sizes, the same for every format
 *   fps=N[/D],...        rates, the same for every size
 *   pace=none            a frame is there as soon as a buffer is queued; the rate is only reported
 *   frames=DIRECTORY     the pictures, shown in the order of their names over and over: *.jpg for
 *                        MJPG and JPEG, else *.<fourcc in small letters>, each one picture without
 *                        row padding. DIRECTORY/WxH/ is preferred where it exists. Without this
 *                        key, raw formats show a generated texture.
 *   fill=once            buffer I holds picture I for ever, so that a frame costs its reader no
 *                        copy; default is to write each frame into its buffer when it is captured
 *   stride_padding=N     bytes of rubbish after each row
 *   quantization=Q       full, limited or default (the driver does not say)
 *   colorspace=C         srgb (default), jpeg, smpte170m or rec709
 *
 * and what can go wrong, counting the node's frames from 1 over all streams of the process:
 *
 *   error_every=N        each Nth frame has V4L2_BUF_FLAG_ERROR, at full length
 *   short_every=N        each Nth frame ends in its middle
 *   empty_every=N        each Nth frame has no bytes
 *   stall_after=N        nothing comes after frame N,
 *   stall_ms=T           ... for T ms; for ever without this key
 *   unplug_after=N       the node vanishes after frame N: open descriptors give ENODEV,
 *   back_after_ms=T      ... and it is back after T ms; never without this key
 *   gone_while=FILE      the node is absent while FILE exists
 *   busy_while=FILE      somebody else streams while FILE exists: S_FMT and REQBUFS say EBUSY
 *   fatal_after=N        the stream ends in an error after frame N, once: DQBUF says EIO
 *   source_change_after=N  after frame N comes, once, an event that tells of another resolution
 *   hang_after=N         DQBUF never returns after frame N
 *   fail=CALL:ERRNO[:N]  CALL (open, s_fmt, s_parm, reqbufs, qbuf, dqbuf, streamon) fails with ERRNO,
 *                        N times or always; may be given several times
 *
 * It has four controls: an integer, a switch, and a menu with gaps that makes a second integer
 * inactive. Unplugged, it forgets what they were set to.
 *
 * What it does as drivers do: a frame that finds no queued buffer is lost and leaves a gap in the
 * sequence; stamps are CLOCK_MONOTONIC; a second user gets EBUSY, also while a mapping outlives its
 * descriptor; poll says POLLERR of a stream in error, and POLLHUP too of a node that has vanished.
 * What it does not: read(), other events, USERPTR and DMABUF, multi-planar formats.
 *
 * Who lists /dev sees the nodes that are there. The environment's V4L2_SYSFS=DIRECTORY stands for
 * /sys/class/video4linux.
 *
 * The descriptor handed out is a timerfd, armed for the next frame whenever a buffer is queued, so
 * that select and epoll need no interposing. 64-bit only.
 */
#ifndef V4L2_STANDIN_H
#define V4L2_STANDIN_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_CHOICES 16
#define MAX_BUFFERS 32
#define MAX_PLANES 3
#define CONTROL_COUNT 4
#define NEVER INT64_MAX

enum call { CALL_OPEN, CALL_S_FMT, CALL_S_PARM, CALL_REQBUFS, CALL_QBUF, CALL_DQBUF, CALL_STREAMON };

struct size {
    uint32_t width, height;
};

struct failure {
    enum call call;
    int error;
    unsigned long times;
};

struct settings {
    char path[64];
    unsigned minor;
    uint32_t fourccs[MAX_CHOICES];
    struct size sizes[MAX_CHOICES];
    struct v4l2_fract intervals[MAX_CHOICES];
    size_t fourcc_count, size_count, interval_count, failure_count;
    bool unpaced, fill_once;
    char frames[256], gone_while[256], busy_while[256];
    uint32_t stride_padding, quantization, colorspace;
    unsigned long error_every, short_every, empty_every, stall_after, unplug_after;
    unsigned long fatal_after, source_change_after, hang_after;
    int64_t stall_ns, back_after_ns;
    struct failure failures[MAX_CHOICES];
};

/* settings.c: reads one variable's text; ends the process with a message when it is wrong. */
void settings_parse(struct settings *settings, const char *node, const char *text);

/* pictures.c: what the camera sees. */
struct plane {
    uint32_t rows, row_bytes, stride;
};

struct picture {
    uint8_t *data;
    size_t size;
};

struct pictures {
    struct picture *items;
    size_t count;
};

bool is_compressed(uint32_t fourcc);
/* Fills planes for a raw format and gives their number. */
size_t picture_planes(uint32_t fourcc, struct size size, uint32_t padding,
                      struct plane planes[MAX_PLANES]);
/* Maps the pictures of one format and size; false with a message when there is none. */
bool pictures_load(struct pictures *pictures, const struct settings *settings,
                   const struct v4l2_pix_format *format);
void pictures_free(struct pictures *pictures);
/* Writes a picture as a driver would, with its row padding, and gives the bytes used. */
size_t picture_write(const struct picture *picture, const struct settings *settings,
                     const struct v4l2_pix_format *format, uint8_t *to);

/* A camera: the node, and what it remembers between two users. */
struct stream;
struct device {
    struct settings settings;
    struct v4l2_pix_format format;
    struct v4l2_fract interval;
    int32_t controls[CONTROL_COUNT];
    unsigned long frames;      /* captured since the process started */
    int64_t stalled_until_ns;
    int64_t absent_until_ns;
    bool fatal_told, source_change_told;
    struct stream *owner;      /* who has buffers */
    unsigned mappings;         /* live ones: they hold the queue, as in the kernel */
};

struct buffer {
    enum { DEQUEUED, QUEUED, DONE } state;
    uint8_t *data;
    uint32_t bytes_used, flags, sequence;
    int64_t captured_ns;
};

struct ring {
    unsigned indexes[MAX_BUFFERS], first, count;
};

/* One open descriptor. */
struct stream {
    struct device *device;
    int fd, memory_fd;
    bool dead, streaming, failed, subscribed;
    struct pictures pictures;
    struct buffer buffers[MAX_BUFFERS];
    unsigned buffer_count;
    size_t buffer_room;        /* sizeimage, in whole pages */
    struct ring queued, done;
    uint32_t sequence;
    int64_t next_frame_ns;
};

/* device.c: which nodes exist, who has them open. Each int is a result, or -1 with errno. */
struct device *device_find(const char *path);
struct device *device_at(size_t index);
struct device *device_of(int fd);
bool device_is_present(struct device *device);
int device_open(struct device *device, int flags);
/* What poll should say of a descriptor beside its readiness. */
short device_trouble(int fd);
bool device_close(int fd);
int device_ioctl(int fd, uint32_t request, void *argument);
void *device_map(int fd, size_t length, int protection, int flags, off_t offset);
void device_unmapped(const void *address);
bool device_is_busy(const struct stream *stream);
int device_fails(struct device *device, enum call call);
int refuse(int error);

/* negotiation.c: formats, sizes, rates and inputs. NOT_MINE: another file's request. */
#define NOT_MINE 1
void negotiation_reset(struct device *device);
int negotiation_ioctl(struct stream *stream, uint32_t request, void *argument);

/* controls.c: brightness, white balance and exposure. */
void controls_reset(struct device *device);
int controls_ioctl(struct stream *stream, uint32_t request, void *argument);

/* streaming.c: buffers and time. */
int64_t now_ns(void);
int streaming_ioctl(struct stream *stream, uint32_t request, void *argument);
void streaming_advance(struct stream *stream);
void streaming_schedule(struct stream *stream);
void streaming_release(struct stream *stream);
bool streaming_is_unplugged(const struct stream *stream);
bool streaming_hangs(const struct stream *stream);
bool streaming_has_event(const struct stream *stream);

/* interpose.c: libc's own functions, for use behind the interposed ones. */
int real_open(const char *path, int flags);
int real_close(int fd);
int real_access(const char *path, int mode);
void *real_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
int real_munmap(void *address, size_t length);

#endif
