/* hypr, the command line client: what its files share. The protocol is docs/CLIENT_PROTOCOL.md. */
#ifndef HYPR_H
#define HYPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_type {
    FRAME_COMMAND = 1, FRAME_MORE = 2, FRAME_INPUT = 3, FRAME_SIGNAL = 4, FRAME_SIZE = 5,
    FRAME_OUTPUT = 16, FRAME_ERROR = 17, FRAME_WANT = 18, FRAME_RAW = 19, FRAME_EXIT = 20, FRAME_AGAIN = 21
};
enum { FRAME_HEADER = 8, FRAME_LIMIT = 65536, PROTOCOL_VERSION = 1 };

/* What the client itself ends with when it, and not the command, fails (docker's convention). */
/* STATUS_REFUSED: what hyprd ends with when it cannot work with its home (EX_CONFIG in sysexits.h). */
/* STATUS_BUSY: what hyprd ends with when another one runs with its directory (EX_TEMPFAIL). */
enum { STATUS_ERROR = 1, STATUS_BUSY = 75, STATUS_REFUSED = 78, STATUS_FAILED = 125, STATUS_AGAIN = 256 };

/* Octets that grow at the end and are taken from the front. */
struct buffer {
    uint8_t *octets;
    size_t start, end, capacity;
};

/* text.c: memory, numbers and messages. Running out of memory ends the client with a message. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
void buffer_add(struct buffer *buffer, const void *octets, size_t count);
void buffer_take(struct buffer *buffer, size_t count);
size_t buffer_length(const struct buffer *buffer);
void put_u16(struct buffer *buffer, uint16_t value);
void put_u32(struct buffer *buffer, uint32_t value);
uint32_t get_u32(const uint8_t *octets);
void put_frame(struct buffer *buffer, enum frame_type type, const void *payload, size_t count);

/* paths.c: where things are; environment first, then the defaults of the protocol. */
struct paths {
    char *run;     /* directory of the socket */
    char *socket;
    char *hyprd;   /* the daemon's program */
    char *log;     /* the daemon's log file; empty when there is no home directory to find it in */
};
void paths_find(struct paths *paths);

/* command.c */
void command_put(struct buffer *buffer, int argc, char **argv);

/* daemon.c */
/* Connects to hyprd; -1 with errno ENOENT or ECONNREFUSED when none listens; ends the client on any other error. */
int daemon_connect(const struct paths *paths);
/* Connects as daemon_connect does; while a hyprd is there that does not listen (it starts, ends, or its commands are exchanged),
   waits for what becomes of it. */
int daemon_await(const struct paths *paths);
/* Starts hyprd, waits until it listens and returns the connection; ends the client with hyprd's last words otherwise. */
int daemon_start(const struct paths *paths);
/* A hold on the process at the other end, for daemon_await_end; -1 if there is none to be had. */
int daemon_hold(int fd);
/* Waits until that process has ended; false when it takes more than a minute. */
bool daemon_await_end(int hold);
/* Becomes hyprd: `hypr daemon run`. */
_Noreturn void daemon_become(const struct paths *paths, char **arguments);

/* terminal.c */
struct terminal_size { uint16_t rows, columns; };
uint16_t terminal_flags(void);
struct terminal_size terminal_size(void);
void terminal_raw(bool raw);
/* Puts the terminal back; callable at any time, from signal handlers too. */
void terminal_restore(void);
/* Puts it into raw mode again, if it should be there, after the client was stopped. */
void terminal_resume(void);

/* signals.c */
/* Begins to collect signals; returns the descriptor on which one octet, the signal's number, comes for each. */
int signals_open(void);
/* Stops the client as SIGTSTP would have; returns when it is continued. */
void signals_stop_self(void);
/* Ends the client by this signal, so that a shell sees what it expects. */
_Noreturn void signals_die(int number);
/* Whether the client was started with SIGPIPE ignored. */
bool signals_pipe_ignored(void);

/* conversation.c */
/* Sends the command in `out`, carries streams and signals until EXIT; returns the exit status, or STATUS_AGAIN when hyprd did not begin with the command. */
int conversation(int socket, struct buffer *out);

#endif
