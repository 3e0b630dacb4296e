/* What the camera is and offers: capabilities, formats, sizes, rates, one input. */
#include "v4l2_standin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int query_capabilities(struct stream *stream, void *argument)
{
    struct v4l2_capability *caps = argument;
    memset(caps, 0, sizeof *caps);
    strcpy((char *)caps->driver, "standin");
    strcpy((char *)caps->card, "V4L2 stand-in");
    snprintf((char *)caps->bus_info, sizeof caps->bus_info, "platform:standin-%u",
             stream->device->settings.minor);
    caps->version = 6 << 16 | 1 << 8;
    caps->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;
    caps->capabilities = caps->device_caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
}

static int enumerate_formats(struct stream *stream, void *argument)
{
    struct v4l2_fmtdesc *description = argument;
    const struct settings *settings = &stream->device->settings;
    if (description->type != V4L2_BUF_TYPE_VIDEO_CAPTURE ||
        description->index >= settings->fourcc_count)
        return refuse(EINVAL);
    uint32_t fourcc = settings->fourccs[description->index];
    description->pixelformat = fourcc;
    description->flags = is_compressed(fourcc) ? V4L2_FMT_FLAG_COMPRESSED : 0;
    memset(description->description, 0, sizeof description->description);
    memcpy(description->description, &fourcc, sizeof fourcc);
    return 0;
}

static bool offers(const struct settings *settings, uint32_t fourcc)
{
    for (size_t i = 0; i < settings->fourcc_count; i++)
        if (settings->fourccs[i] == fourcc)
            return true;
    return false;
}

static bool offers_size(const struct settings *settings, uint32_t width, uint32_t height)
{
    for (size_t i = 0; i < settings->size_count; i++)
        if (settings->sizes[i].width == width && settings->sizes[i].height == height)
            return true;
    return false;
}

static int enumerate_sizes(struct stream *stream, void *argument)
{
    struct v4l2_frmsizeenum *size = argument;
    const struct settings *settings = &stream->device->settings;
    if (!offers(settings, size->pixel_format) || size->index >= settings->size_count)
        return refuse(EINVAL);
    size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    size->discrete.width = settings->sizes[size->index].width;
    size->discrete.height = settings->sizes[size->index].height;
    return 0;
}

static int enumerate_intervals(struct stream *stream, void *argument)
{
    struct v4l2_frmivalenum *interval = argument;
    const struct settings *settings = &stream->device->settings;
    if (!offers(settings, interval->pixel_format) ||
        !offers_size(settings, interval->width, interval->height) ||
        interval->index >= settings->interval_count)
        return refuse(EINVAL);
    interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    interval->discrete = settings->intervals[interval->index];
    return 0;
}

static struct size nearest_size(const struct settings *settings, struct size wanted)
{
    struct size nearest = settings->sizes[0];
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < settings->size_count; i++) {
        int64_t dx = (int64_t)settings->sizes[i].width - wanted.width;
        int64_t dy = (int64_t)settings->sizes[i].height - wanted.height;
        if (dx * dx + dy * dy < least) {
            least = dx * dx + dy * dy;
            nearest = settings->sizes[i];
        }
    }
    return nearest;
}

static void settle_format(const struct settings *settings, struct v4l2_pix_format *format)
{
    struct size size = nearest_size(settings, (struct size){format->width, format->height});
    uint32_t fourcc = format->pixelformat;
    if (!offers(settings, fourcc))
        fourcc = settings->fourccs[0];
    struct plane planes[MAX_PLANES];
    size_t count = picture_planes(fourcc, size, settings->stride_padding, planes);
    *format = (struct v4l2_pix_format){
        .width = size.width,
        .height = size.height,
        .pixelformat = fourcc,
        .field = V4L2_FIELD_NONE,
        .colorspace = settings->colorspace,
        .priv = V4L2_PIX_FMT_PRIV_MAGIC,
        .quantization = settings->quantization,
    };
    if (is_compressed(fourcc)) {
        format->sizeimage = size.width * size.height * 2;
        return;
    }
    format->bytesperline = planes[0].stride;
    for (size_t i = 0; i < count; i++)
        format->sizeimage += planes[i].rows * planes[i].stride;
}

void negotiation_reset(struct device *device)
{
    device->format = (struct v4l2_pix_format){
        .width = device->settings.sizes[0].width,
        .height = device->settings.sizes[0].height,
        .pixelformat = device->settings.fourccs[0],
    };
    settle_format(&device->settings, &device->format);
    device->interval = device->settings.intervals[0];
    controls_reset(device);
}

static int handle_format(struct stream *stream, uint32_t request, void *argument)
{
    struct v4l2_format *format = argument;
    struct device *device = stream->device;
    if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return refuse(EINVAL);
    if (request == VIDIOC_G_FMT) {
        format->fmt.pix = device->format;
        return 0;
    }
    settle_format(&device->settings, &format->fmt.pix);
    if (request == VIDIOC_TRY_FMT)
        return 0;
    if (device_fails(device, CALL_S_FMT))
        return -1;
    if (device_is_busy(stream) || stream->buffer_count)
        return refuse(EBUSY);
    device->format = format->fmt.pix;
    return 0;
}

static double seconds(struct v4l2_fract interval)
{
    return (double)interval.numerator / interval.denominator;
}

static struct v4l2_fract nearest_interval(const struct settings *settings, struct v4l2_fract wanted)
{
    struct v4l2_fract nearest = settings->intervals[0];
    if (!wanted.numerator || !wanted.denominator)
        return nearest;
    for (size_t i = 1; i < settings->interval_count; i++) {
        double here = seconds(settings->intervals[i]) - seconds(wanted);
        double best = seconds(nearest) - seconds(wanted);
        if (here * here < best * best)
            nearest = settings->intervals[i];
    }
    return nearest;
}

static int handle_parameters(struct stream *stream, uint32_t request, void *argument)
{
    struct v4l2_streamparm *parameters = argument;
    struct device *device = stream->device;
    if (parameters->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return refuse(EINVAL);
    if (request == VIDIOC_S_PARM) {
        if (device_fails(device, CALL_S_PARM))
            return -1;
        if (device_is_busy(stream) || stream->streaming)
            return refuse(EBUSY);
        device->interval = nearest_interval(&device->settings,
                                            parameters->parm.capture.timeperframe);
    }
    parameters->parm.capture = (struct v4l2_captureparm){
        .capability = V4L2_CAP_TIMEPERFRAME,
        .timeperframe = device->interval,
        .readbuffers = 2,
    };
    return 0;
}

static int handle_input(uint32_t request, void *argument)
{
    if (request == VIDIOC_ENUMINPUT) {
        struct v4l2_input *input = argument;
        if (input->index)
            return refuse(EINVAL);
        *input = (struct v4l2_input){.name = "Camera 1", .type = V4L2_INPUT_TYPE_CAMERA};
        return 0;
    }
    int *index = argument;
    if (request == VIDIOC_S_INPUT)
        return *index ? refuse(EINVAL) : 0;
    *index = 0;
    return 0;
}

int negotiation_ioctl(struct stream *stream, uint32_t request, void *argument)
{
    switch (request) {
    case VIDIOC_QUERYCAP: return query_capabilities(stream, argument);
    case VIDIOC_ENUM_FMT: return enumerate_formats(stream, argument);
    case VIDIOC_ENUM_FRAMESIZES: return enumerate_sizes(stream, argument);
    case VIDIOC_ENUM_FRAMEINTERVALS: return enumerate_intervals(stream, argument);
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT:
    case VIDIOC_TRY_FMT: return handle_format(stream, request, argument);
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM: return handle_parameters(stream, request, argument);
    case VIDIOC_ENUMINPUT:
    case VIDIOC_G_INPUT:
    case VIDIOC_S_INPUT: return handle_input(request, argument);
    case VIDIOC_CROPCAP:
    case VIDIOC_G_STD:
    case VIDIOC_S_STD: return refuse(EINVAL);
    default: return NOT_MINE;
    }
}
