/* The text of one V4L2_STANDIN_* variable, read into struct settings. */
#define _GNU_SOURCE
#include "v4l2_standin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name {
    const char *text;
    int value;
};

static const struct name CALLS[] = {
    {"open", CALL_OPEN}, {"s_fmt", CALL_S_FMT}, {"s_parm", CALL_S_PARM},
    {"reqbufs", CALL_REQBUFS}, {"qbuf", CALL_QBUF}, {"dqbuf", CALL_DQBUF},
    {"streamon", CALL_STREAMON}, {NULL, 0},
};
static const struct name ERRORS[] = {
    {"EACCES", EACCES}, {"EBUSY", EBUSY}, {"EINVAL", EINVAL}, {"EIO", EIO},
    {"ENODEV", ENODEV}, {"ENOSPC", ENOSPC}, {"EPERM", EPERM}, {"EPROTO", EPROTO},
    {"EINTR", EINTR}, {"ETIMEDOUT", ETIMEDOUT}, {NULL, 0},
};
static const struct name QUANTIZATIONS[] = {
    {"default", V4L2_QUANTIZATION_DEFAULT}, {"full", V4L2_QUANTIZATION_FULL_RANGE},
    {"limited", V4L2_QUANTIZATION_LIM_RANGE}, {NULL, 0},
};
static const struct name COLORSPACES[] = {
    {"srgb", V4L2_COLORSPACE_SRGB}, {"jpeg", V4L2_COLORSPACE_JPEG},
    {"smpte170m", V4L2_COLORSPACE_SMPTE170M}, {"rec709", V4L2_COLORSPACE_REC709}, {NULL, 0},
};

static void reject(const char *key, const char *value)
{
    fprintf(stderr, "v4l2 stand-in: wrong setting %s=%s\n", key, value ? value : "");
    abort();
}

static int named(const struct name *names, const char *key, const char *text)
{
    for (; text && names->text; names++)
        if (strcmp(names->text, text) == 0)
            return names->value;
    reject(key, text);
    return 0;
}

static unsigned long number(const char *key, const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end)
        reject(key, text);
    return value;
}

static uint32_t parse_fourcc(const char *text)
{
    if (strlen(text) != 4)
        reject("fourcc", text);
    return v4l2_fourcc(text[0], text[1], text[2], text[3]);
}

static struct size parse_size(const char *text)
{
    struct size size;
    if (sscanf(text, "%ux%u", &size.width, &size.height) != 2)
        reject("size", text);
    return size;
}

/* A rate of N/D frames a second is V4L2's interval of D/N seconds. */
static struct v4l2_fract parse_rate(const char *text)
{
    struct v4l2_fract interval = {.numerator = 1};
    if (sscanf(text, "%u/%u", &interval.denominator, &interval.numerator) < 1 ||
        !interval.denominator || !interval.numerator)
        reject("fps", text);
    return interval;
}

static struct failure parse_failure(char *text)
{
    const char *call = strsep(&text, ":"), *error = strsep(&text, ":");
    return (struct failure){
        .call = named(CALLS, "fail", call),
        .error = named(ERRORS, "fail", error),
        .times = text ? number("fail", text) : (unsigned long)-1,
    };
}

static void parse_path(char *to, size_t room, const char *key, const char *text)
{
    if (strlen(text) >= room)
        reject(key, text);
    strcpy(to, text);
}

#define EACH(list, count, parse)                                                                   \
    do {                                                                                           \
        for (char *item; (item = strsep(&value, ","));) {                                          \
            if ((count) == MAX_CHOICES)                                                            \
                reject(key, item);                                                                 \
            (list)[(count)++] = parse(item);                                                       \
        }                                                                                          \
    } while (0)

static void parse_pair(struct settings *s, const char *key, char *value)
{
    const struct {
        const char *key;
        unsigned long *to;
    } counts[] = {
        {"error_every", &s->error_every}, {"short_every", &s->short_every},
        {"empty_every", &s->empty_every}, {"stall_after", &s->stall_after},
        {"unplug_after", &s->unplug_after},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (strcmp(key, counts[i].key) == 0) {
            *counts[i].to = number(key, value);
            return;
        }
    if (strcmp(key, "fourcc") == 0)
        EACH(s->fourccs, s->fourcc_count, parse_fourcc);
    else if (strcmp(key, "size") == 0)
        EACH(s->sizes, s->size_count, parse_size);
    else if (strcmp(key, "fps") == 0)
        EACH(s->intervals, s->interval_count, parse_rate);
    else if (strcmp(key, "fail") == 0)
        EACH(s->failures, s->failure_count, parse_failure);
    else if (strcmp(key, "pace") == 0 && strcmp(value, "none") == 0)
        s->unpaced = true;
    else if (strcmp(key, "fill") == 0 && strcmp(value, "once") == 0)
        s->fill_once = true;
    else if (strcmp(key, "frames") == 0)
        parse_path(s->frames, sizeof s->frames, key, value);
    else if (strcmp(key, "gone_while") == 0)
        parse_path(s->gone_while, sizeof s->gone_while, key, value);
    else if (strcmp(key, "stride_padding") == 0)
        s->stride_padding = number(key, value);
    else if (strcmp(key, "quantization") == 0)
        s->quantization = named(QUANTIZATIONS, key, value);
    else if (strcmp(key, "colorspace") == 0)
        s->colorspace = named(COLORSPACES, key, value);
    else if (strcmp(key, "stall_ms") == 0)
        s->stall_ns = number(key, value) * 1000000;
    else if (strcmp(key, "back_after_ms") == 0)
        s->back_after_ns = number(key, value) * 1000000;
    else
        reject(key, value);
}

void settings_parse(struct settings *s, const char *node, const char *text)
{
    memset(s, 0, sizeof *s);
    snprintf(s->path, sizeof s->path, "/dev/%s", node);
    if (sscanf(node, "video%u", &s->minor) != 1)
        reject("node", node);
    s->colorspace = V4L2_COLORSPACE_SRGB;
    s->stall_ns = s->back_after_ns = NEVER;
    char *copy = strdup(text), *rest = copy;
    for (char *pair; (pair = strsep(&rest, ";"));) {
        char *key = strsep(&pair, "=");
        if (!pair)
            reject(key, pair);
        parse_pair(s, key, pair);
    }
    free(copy);
    if (!s->fourcc_count || !s->size_count || !s->interval_count)
        reject(node, "(fourcc, size and fps are needed)");
}
