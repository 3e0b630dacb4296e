/* A disk that stalls while the file exists that SLOW_DISK_WHILE names: what is written to a film,
 * and what makes it safe, waits. To be preloaded.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

static void stall(void)
{
	const char *file = getenv("SLOW_DISK_WHILE");

	while (file && access(file, F_OK) == 0)
		usleep(10000);
}

int fdatasync(int descriptor)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");

	stall();
	return real(descriptor);
}

static ssize_t stalled_pwritev(const char *name, int descriptor, const struct iovec *parts,
			       int count, off64_t offset)
{
	ssize_t (*real)(int, const struct iovec *, int, off64_t) =
		(ssize_t(*)(int, const struct iovec *, int, off64_t))dlsym(RTLD_NEXT, name);

	stall();
	return real(descriptor, parts, count, offset);
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset)
{
	return stalled_pwritev("pwritev", descriptor, parts, count, offset);
}

ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t offset)
{
	return stalled_pwritev("pwritev64", descriptor, parts, count, offset);
}
