/* One loop that never waits in a read or a write: whatever blocks (a slow reader of standard output, a full socket), signals go on. */
#define _GNU_SOURCE
#include "hypr.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 8   /* of linux/fs.h, which musl has not */
#endif

enum { IN_CAPACITY = 2 * (FRAME_LIMIT + FRAME_HEADER), PATIENCE = 3 };

struct state {
    int socket, signals;
    struct buffer *out;       /* frames to the daemon */
    uint8_t in[IN_CAPACITY];  /* frames from the daemon: octets [start, end) */
    size_t start, end;
    size_t pending;           /* octets at `start` that must still go to `target` */
    int target;
    uint64_t want;            /* octets of standard input that the daemon can take */
    bool input_ended;
    int unheard;              /* requests to end that the daemon has not even read */
    int status;               /* the exit status, or -1 */
};

static struct state state;

static void send_size(struct state *s) {
    struct terminal_size size = terminal_size();
    uint8_t payload[] = { (uint8_t) size.rows, (uint8_t) (size.rows >> 8), (uint8_t) size.columns, (uint8_t) (size.columns >> 8) };
    put_frame(s->out, FRAME_SIZE, payload, sizeof payload);
}

static void protocol_broken(uint8_t type, uint32_t length) {
    fail("hyprd sent what this client does not understand (frame type %u, %u octets). "
         "If hypr was updated while hyprd ran: hypr daemon stop, then try again.", type, length);
}

static void handle_frame(struct state *s, uint8_t type, const uint8_t *payload, uint32_t length) {
    switch (type) {
        case FRAME_OUTPUT:
        case FRAME_ERROR:
            s->target = type == FRAME_OUTPUT ? STDOUT_FILENO : STDERR_FILENO;
            s->pending = length;
            return;   /* taken from the buffer as it is written */
        case FRAME_WANT:
            if (length != 4) protocol_broken(type, length);
            s->want += get_u32(payload);
            break;
        case FRAME_RAW:
            if (length != 1 || payload[0] > 1) protocol_broken(type, length);
            terminal_raw(payload[0] == 1);
            break;
        case FRAME_EXIT:
            if (length != 1) protocol_broken(type, length);
            s->status = payload[0];
            break;
        case FRAME_AGAIN:
            if (length != 0) protocol_broken(type, length);
            s->status = STATUS_AGAIN;
            break;
        default:
            protocol_broken(type, length);
    }
    s->start += length;
}

static void handle_frames(struct state *s) {
    while (s->status < 0 && s->pending == 0 && s->end - s->start >= FRAME_HEADER) {
        const uint8_t *header = s->in + s->start;
        uint32_t length = get_u32(header + 4);
        if (length > FRAME_LIMIT || header[1] != 0 || header[2] != 0 || header[3] != 0) protocol_broken(header[0], length);
        if (s->end - s->start - FRAME_HEADER < length) break;
        s->start += FRAME_HEADER;
        handle_frame(s, header[0], header + FRAME_HEADER, length);
    }
    if (s->start == s->end) s->start = s->end = 0;
}

static void receive(struct state *s) {
    if (s->start > 0) {
        memmove(s->in, s->in + s->start, s->end - s->start);
        s->end -= s->start;
        s->start = 0;
    }
    ssize_t got = recv(s->socket, s->in + s->end, IN_CAPACITY - s->end, MSG_DONTWAIT);
    if (got > 0) s->end += (size_t) got;
    else if (got == 0) fail("The connection to hyprd ended before the command did. Its log tells more; a running container runs on.");
    else if (errno != EAGAIN && errno != EINTR)
        fail("The connection to hyprd broke before the command ended: %s. A running container runs on.", strerror(errno));
}

static void transmit(struct state *s) {
    ssize_t sent = send(s->socket, s->out->octets + s->out->start, buffer_length(s->out), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) buffer_take(s->out, (size_t) sent);
    else if (errno == EPIPE || errno == ECONNRESET) s->out->start = s->out->end = 0;   /* what it said before is still to be read */
    else if (errno != EAGAIN && errno != EINTR) fail("Cannot send to hyprd: %s.", strerror(errno));
}

/*
 * A pipe that poll calls writable takes PIPE_BUF octets without waiting; a file takes all. Since Linux 6.4 a pipe can be told to take
 * what it has room for.
 */
static ssize_t write_without_waiting(struct state *s) {
    struct stat kind = { .st_mode = 0 };
    (void) fstat(s->target, &kind);
    if (S_ISREG(kind.st_mode) || s->pending <= PIPE_BUF) return write(s->target, s->in + s->start, s->pending);
    if (S_ISFIFO(kind.st_mode)) {
        struct iovec all = { .iov_base = s->in + s->start, .iov_len = s->pending };
        ssize_t written = syscall(SYS_pwritev2, s->target, &all, 1L, -1L, -1L, RWF_NOWAIT);
        if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return written;
    }
    return write(s->target, s->in + s->start, PIPE_BUF);
}

static void write_output(struct state *s) {
    ssize_t written = write_without_waiting(s);
    if (written >= 0) {
        s->start += (size_t) written;
        s->pending -= (size_t) written;
        return;
    }
    if (errno == EAGAIN || errno == EINTR) return;
    if (errno == EPIPE && !signals_pipe_ignored()) signals_die(SIGPIPE);   /* hypr logs | head */
    fail("Cannot write standard %s: %s.", s->target == STDOUT_FILENO ? "output" : "error", strerror(errno));
}

static void read_input(struct state *s) {
    uint8_t octets[FRAME_LIMIT];
    size_t most = s->want < FRAME_LIMIT ? (size_t) s->want : FRAME_LIMIT;
    ssize_t got = read(STDIN_FILENO, octets, most);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0) {
        if (errno != EIO) say("Cannot read standard input: %s.", strerror(errno));   /* EIO: the terminal is gone */
        got = 0;
    }
    put_frame(s->out, FRAME_INPUT, octets, (size_t) got);
    s->want -= (uint64_t) got;
    s->input_ended = got == 0;
}

/* A daemon that reads decides itself what a signal does; the user is not held by one that has not read the last ones. */
static void count_unheard(struct state *s, int number) {
    int unread = 0;
    if (ioctl(s->socket, TIOCOUTQ, &unread) != 0) unread = 0;
    s->unheard = unread > 0 || buffer_length(s->out) > 0 ? s->unheard + 1 : 1;
    if (s->unheard < PATIENCE) return;
    terminal_restore();
    say("hyprd does not answer; leaving. A running container runs on.");
    signals_die(number);
}

static void handle_signal(struct state *s, uint8_t number) {
    if (number == SIGWINCH) {
        if (terminal_flags() != 0) send_size(s);
        return;
    }
    if (number == SIGTSTP) {
        terminal_restore();
        signals_stop_self();
        return;   /* SIGCONT has been collected too */
    }
    if (number == SIGCONT) {
        terminal_resume();
        if (terminal_flags() != 0) send_size(s);
    }
    if (number == SIGINT || number == SIGTERM) count_unheard(s, number);
    put_frame(s->out, FRAME_SIGNAL, &number, 1);
}

static void read_signals(struct state *s) {
    uint8_t numbers[64];
    ssize_t got = read(s->signals, numbers, sizeof numbers);
    for (ssize_t i = 0; i < got; i++) handle_signal(s, numbers[i]);
}

int conversation(int socket, struct buffer *out) {
    struct state *s = &state;
    int signals = s->signals > 0 ? s->signals : signals_open();   /* of a conversation that had to begin again */
    *s = (struct state) { .socket = socket, .signals = signals, .out = out };
    s->status = -1;
    for (;;) {
        handle_frames(s);
        if (s->status >= 0) {
            close(socket);
            return s->status;
        }
        bool sending = buffer_length(s->out) > 0, asking = s->want > 0 && !s->input_ended && !sending;
        struct pollfd watched[] = {
            { .fd = s->signals, .events = POLLIN },
            { .fd = s->pending > 0 && !sending ? -1 : socket, .events = (short) ((s->pending > 0 ? 0 : POLLIN) | (sending ? POLLOUT : 0)) },
            { .fd = s->pending > 0 ? s->target : -1, .events = POLLOUT },
            { .fd = asking ? STDIN_FILENO : -1, .events = POLLIN },
        };
        if (poll(watched, sizeof watched / sizeof *watched, -1) < 0) {
            if (errno == EINTR) continue;
            fail("Cannot wait for hyprd: %s.", strerror(errno));
        }
        if (watched[0].revents != 0) read_signals(s);
        if (sending && (watched[1].revents & (POLLOUT | POLLERR | POLLHUP)) != 0) transmit(s);
        if (s->pending > 0) {
            if (watched[2].revents != 0) write_output(s);
        } else if ((watched[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            receive(s);
        }
        if (watched[3].revents != 0) read_input(s);
    }
}
