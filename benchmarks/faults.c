/* Faults of a disk, for one process: loaded before the C library's own calls (see faults.py).
 *
 * Every call that changes the watched folder is a numbered point. From `arm` on, the point `at` is
 * where the process is killed, the disk is full, permission is lost, an error comes back, or fewer
 * bytes are written than were asked for. To cut the power, what was not yet fsynced is taken back
 * before the process is killed: bytes by themselves, or bytes and the names that no fsync followed
 * (a journal keeps names in their order, and any fsync writes the journal). SQLite, Arrow and
 * Python all come through here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { NONE, KILL, FULL, DENIED, FAILED, SHORT, CUT_BYTES, CUT_NAMES };
enum { WRITE = 1, SYNC = 2, NAME = 4, GROW = 8 }; /* what a point does; GROW takes room */
enum { BYTES, CREATED, RENAMED, REMOVED };         /* what can be taken back */

typedef struct {
    int what, is_durable, handle;
    ino_t inode;
    off_t offset, size;
    size_t length;
    char *old, *path, *from, *kept;
} Undo;

static int kind, count, at;
static char watched[PATH_MAX], aside[PATH_MAX];
static Undo *undos;
static int n_undos, n_aside;
static time_t clock_start;
static long clock_step, clock_calls;

static void take_back(void) {
    for (int n = n_undos - 1; n >= 0; n--) {
        Undo *u = &undos[n];
        if (u->is_durable || (u->what != BYTES && kind != CUT_NAMES)) continue;
        if (u->what == BYTES) {
            if (u->length) syscall(SYS_pwrite64, u->handle, u->old, u->length, u->offset);
            syscall(SYS_ftruncate, u->handle, u->size);
        } else if (u->what == CREATED) {
            syscall(SYS_unlinkat, AT_FDCWD, u->path, 0);
            syscall(SYS_unlinkat, AT_FDCWD, u->path, AT_REMOVEDIR);
        } else {
            if (u->what == RENAMED) syscall(SYS_renameat2, AT_FDCWD, u->path, AT_FDCWD, u->from, 0);
            if (u->kept) syscall(SYS_renameat2, AT_FDCWD, u->kept, AT_FDCWD, u->path, 0);
        }
    }
}

static void die(void) {
    if (kind == CUT_BYTES || kind == CUT_NAMES) take_back();
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* Watch `folder`; the fault `fault` comes at the point `point`; `side` is for what may come back. */
void faults_arm(const char *folder, const char *side, int fault, int point) {
    snprintf(watched, sizeof watched, "%s", folder);
    snprintf(aside, sizeof aside, "%s", side);
    kind = fault, at = point, count = 0;
}

/* Return how many points there were; from here on, nothing is watched. */
int faults_disarm(void) {
    watched[0] = 0;
    return count;
}

/* Cut the power now. */
void faults_cut(void) { die(); }

/* Let the clock begin at `start` and go on by `step` seconds each time somebody looks. */
void faults_clock(long start, long step) { clock_start = start, clock_step = step; }

int clock_gettime(clockid_t which, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, which, now);
    if (clock_start && which == CLOCK_REALTIME)
        now->tv_sec = clock_start + clock_step * clock_calls++, now->tv_nsec = 0;
    return result;
}

static int is_watched(const char *path) {
    size_t length = strlen(watched);
    return length && !strncmp(path, watched, length) && (path[length] == '/' || !path[length]);
}

static int whole_path(int folder, const char *path, char *out) {
    char base[PATH_MAX] = "", link[64];
    if (path[0] != '/') {
        if (folder == AT_FDCWD) {
            if (syscall(SYS_getcwd, base, sizeof base) < 0) return 0;
        } else {
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
            base[n > 0 ? n : 0] = 0;
        }
    }
    int n = snprintf(out, PATH_MAX, "%s%s%s", base, path[0] == '/' ? "" : "/", path);
    return n < PATH_MAX && is_watched(out);
}

static int is_ours(int fd) {
    char path[PATH_MAX], link[64];
    if (!watched[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    path[n > 0 ? n : 0] = 0;
    return is_watched(path) && !strstr(path, " (deleted)");
}

/* Return the error that the next point meets, 0 for none; a kill does not return. */
static int meet(int does, int *is_half) {
    static const int touched[] = {[NONE] = 15, [KILL] = 15, [FULL] = GROW, [DENIED] = NAME,
        [FAILED] = 15, [SHORT] = WRITE, [CUT_BYTES] = 15, [CUT_NAMES] = 15};
    if (!(does & touched[kind])) return 0;
    count++;
    int is_here = kind != NONE && count == at, is_later = at && count > at;
    if (is_half) *is_half = is_here;
    if (kind == FULL && (is_here || is_later)) return ENOSPC;
    if (kind == DENIED && (is_here || is_later)) return EACCES;
    if (kind == FAILED && is_here) return EIO;
    if (is_here && kind != SHORT && !(does & WRITE)) die();
    return 0;
}

static Undo *noted(int what) {
    if (kind < CUT_BYTES) return NULL;
    undos = realloc(undos, (n_undos + 1) * sizeof *undos);
    Undo *u = &undos[n_undos++];
    memset(u, 0, sizeof *u);
    u->what = what;
    return u;
}

static void note_bytes(int fd, off_t offset, size_t length) {
    struct stat stat;
    Undo *u = noted(BYTES);
    if (!u) return;
    char link[64];
    fstat(fd, &stat);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    u->handle = -1, u->inode = stat.st_ino, u->size = stat.st_size, u->offset = offset;
    for (int n = 0; n < n_undos - 1; n++)
        if (undos[n].what == BYTES && undos[n].inode == stat.st_ino) u->handle = undos[n].handle;
    if (u->handle < 0) u->handle = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC);
    if (offset < stat.st_size) {
        u->length = offset + (off_t)length > stat.st_size ? (size_t)(stat.st_size - offset) : length;
        u->old = malloc(u->length);
        syscall(SYS_pread64, u->handle, u->old, u->length, offset);
    }
}

static char *put_aside(const char *path) {
    char kept[PATH_MAX + 32];
    snprintf(kept, sizeof kept, "%s/%d-%d", aside, getpid(), n_aside++);
    return syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, kept, 0) == 0 ? strdup(kept) : NULL;
}

static ssize_t put(int fd, const void *data, size_t length, off_t offset, int has_offset) {
    if (is_ours(fd)) {
        int is_half = 0, error = meet(WRITE | GROW, &is_half);
        off_t place = has_offset ? offset : (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
        if (!has_offset && (fcntl(fd, F_GETFL) & O_APPEND)) place = syscall(SYS_lseek, fd, 0, SEEK_END);
        note_bytes(fd, place, length);
        if (error && !(error == ENOSPC && is_half && length > 1)) return errno = error, -1;
        if (is_half && length > 1) length /= 2;
        ssize_t done = has_offset ? syscall(SYS_pwrite64, fd, data, length, offset)
                                  : syscall(SYS_write, fd, data, length);
        if (is_half && kind != SHORT && kind != FULL) die();
        return done;
    }
    return has_offset ? syscall(SYS_pwrite64, fd, data, length, offset)
                      : syscall(SYS_write, fd, data, length);
}

ssize_t write(int fd, const void *data, size_t n) { return put(fd, data, n, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t n, off_t o) { return put(fd, data, n, o, 1); }
ssize_t pwrite64(int fd, const void *data, size_t n, off_t o) { return put(fd, data, n, o, 1); }
ssize_t sendfile(int out, int in, off_t *offset, size_t n) {
    if (is_ours(out)) return errno = EINVAL, -1; /* Python then copies by read and write */
    return syscall(SYS_sendfile, out, in, offset, n);
}
ssize_t writev(int fd, const struct iovec *parts, int n) {
    if (!is_ours(fd)) return syscall(SYS_writev, fd, parts, n);
    for (int part = 0; part < n; part++) /* one part at a time is allowed to come back short */
        if (parts[part].iov_len) return put(fd, parts[part].iov_base, parts[part].iov_len, 0, 0);
    return 0;
}

static int cut_to(int fd, off_t size) {
    if (is_ours(fd)) {
        int error = meet(SYNC, NULL);
        if (error) return errno = error, -1;
        note_bytes(fd, size, SIZE_MAX >> 2);
    }
    return (int)syscall(SYS_ftruncate, fd, size);
}
int ftruncate(int fd, off_t size) { return cut_to(fd, size); }
int ftruncate64(int fd, off_t size) { return cut_to(fd, size); }

static int sync_with(int fd, long number) {
    if (!is_ours(fd)) return (int)syscall(number, fd);
    struct stat stat;
    int error = meet(SYNC, NULL);
    if (error) return errno = error, -1;
    fstat(fd, &stat);
    for (int n = 0; n < n_undos; n++)
        if (undos[n].what != BYTES || undos[n].inode == stat.st_ino) undos[n].is_durable = 1;
    return 0; /* the machine that runs this has power: its disk may take its time */
}
int fsync(int fd) { return sync_with(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_with(fd, SYS_fdatasync); }

static int open_with(int folder, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX];
    int is_changing = (flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR)) != 0;
    if (!is_changing || !whole_path(folder, path, whole))
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    int is_there = syscall(SYS_faccessat, AT_FDCWD, whole, F_OK) == 0;
    if (is_there && !(flags & O_TRUNC) && kind != DENIED) /* nothing is changed yet */
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    if (!is_there && !(flags & O_CREAT)) return errno = ENOENT, -1;
    int error = meet(is_there ? NAME : NAME | GROW, NULL);
    if (error) return errno = error, -1;
    int fd = (int)syscall(SYS_openat, folder, path, flags & ~O_TRUNC, mode);
    Undo *u = fd >= 0 && !is_there ? noted(CREATED) : NULL;
    if (u) u->path = strdup(whole);
    if (fd >= 0 && is_there && (flags & O_TRUNC)) {
        note_bytes(fd, 0, SIZE_MAX >> 2);
        syscall(SYS_ftruncate, fd, 0);
    }
    return fd;
}
#define MODE mode_t mode = 0; if (flags & O_CREAT) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); }
int open(const char *path, int flags, ...) { MODE return open_with(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return open_with(AT_FDCWD, path, flags, mode); }
int openat(int f, const char *path, int flags, ...) { MODE return open_with(f, path, flags, mode); }
int openat64(int f, const char *path, int flags, ...) { MODE return open_with(f, path, flags, mode); }

int renameat2(int a, const char *from, int b, const char *to, unsigned flags) {
    char old[PATH_MAX], new[PATH_MAX];
    int from_ours = whole_path(a, from, old);
    if (whole_path(b, to, new) || from_ours) {
        int error = meet(NAME, NULL);
        if (error) return errno = error, -1;
        Undo *u = noted(RENAMED);
        if (u) u->path = strdup(new), u->from = strdup(old), u->kept = put_aside(new);
    }
    return (int)syscall(SYS_renameat2, a, from, b, to, flags);
}
int renameat(int a, const char *from, int b, const char *to) { return renameat2(a, from, b, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int folder, const char *path, int flags) {
    char whole[PATH_MAX];
    if (whole_path(folder, path, whole) && syscall(SYS_faccessat, AT_FDCWD, whole, F_OK) == 0) {
        int error = meet(NAME, NULL);
        if (error) return errno = error, -1;
        Undo *u = flags & AT_REMOVEDIR ? NULL : noted(REMOVED);
        if (u) u->path = strdup(whole), u->kept = put_aside(whole);
    }
    return (int)syscall(SYS_unlinkat, folder, path, flags);
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int linkat(int a, const char *from, int b, const char *to, int flags) {
    char whole[PATH_MAX];
    if (whole_path(b, to, whole)) {
        int error = meet(NAME, NULL);
        if (error) return errno = error, -1;
        int result = (int)syscall(SYS_linkat, a, from, b, to, flags);
        Undo *u = result == 0 ? noted(CREATED) : NULL;
        if (u) u->path = strdup(whole);
        return result;
    }
    return (int)syscall(SYS_linkat, a, from, b, to, flags);
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int mkdir(const char *path, mode_t mode) {
    char whole[PATH_MAX];
    int is_new = whole_path(AT_FDCWD, path, whole) && syscall(SYS_faccessat, AT_FDCWD, whole, F_OK);
    if (is_new) {
        int error = meet(NAME | GROW, NULL);
        if (error) return errno = error, -1;
        Undo *u = noted(CREATED);
        if (u) u->path = strdup(whole);
    }
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
