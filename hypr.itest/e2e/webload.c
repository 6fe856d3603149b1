/* webload RATE LATE PORT...: asks the web servers at these ports of 127.0.0.1 in turn, RATE times a second altogether, whether or not they have answered what was asked before.

   Each request asks for a path of its own, with which it must be answered. Connections are kept and used again, but every tenth request has a new one that ends with it. An
   answer's time counts from when its request was due: whatever holds up a server, or this program, counts for all that fell due meanwhile. Those that take more than LATE
   milliseconds are late, and after a minute they have failed.

   Prints a line a second, of how many were due, answered, late and failed; at the end of stdin asks no more, waits for what is under way, and prints the same once more with how
   many were answered a second as long as it asked, and the median of the answers' times, the 99th percentile and the slowest, in milliseconds. What failed is said on stderr, the
   first ten. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 14, LIMIT = 60 * 1000, NEW = 10 };

struct connection {
    int port;
    long number;   /* of the request under way, or -1 */
    double due;
    size_t length;
    char answer[256];
};

static struct pollfd polled[MOST]; /* the first is stdin */
static struct connection with[MOST];
static nfds_t count = 1;
static long due, answered, late, failed, under_way;
static double *times, bound;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int once(long number) { return number % NEW == NEW - 1; }

static void end(nfds_t n) {
    close(polled[n].fd);
    polled[n] = polled[--count];
    with[n] = with[count];
}

__attribute__((format(printf, 2, 3))) static void fail(nfds_t n, const char *format, ...) {
    va_list words;
    va_start(words, format);
    if (failed++ < 10) {
        fprintf(stderr, "request %ld to port %d after %.0f ms: ", with[n].number, with[n].port, now() - with[n].due);
        vfprintf(stderr, format, words);
        fputc('\n', stderr);
    }
    va_end(words);
    if (with[n].number >= 0) under_way--;
    end(n);
}

/* The connection that the request goes by: an idle one, or a new one. */
static nfds_t connection(int port, long number) {
    for (nfds_t n = 1; n < count && !once(number); n++)
        if (with[n].number < 0 && with[n].port == port) return n;
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    if (count == MOST || s < 0 || (connect(s, (struct sockaddr *)&there, sizeof there) < 0 && errno != EINPROGRESS)) {
        perror("connect");
        exit(2);
    }
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    polled[count] = (struct pollfd){.fd = s, .events = POLLOUT};
    with[count].port = port;
    return count++;
}

static void put(nfds_t n) {
    char words[200];
    const char *last = once(with[n].number) ? "Connection: close\r\n" : "";
    int length = snprintf(words, sizeof words, "GET /%ld HTTP/1.1\r\nHost: localhost\r\n%s\r\n", with[n].number, last);
    ssize_t sent = send(polled[n].fd, words, (size_t)length, MSG_NOSIGNAL);
    polled[n].events = POLLIN;
    if (sent != length) fail(n, "it was not sent: %s", sent < 0 ? strerror(errno) : "in part only");
}

static void ask(int port, long number, double at) {
    nfds_t n = connection(port, number);
    with[n].number = number;
    with[n].due = at;
    with[n].length = 0;
    under_way++;
    if (polled[n].events == POLLIN) put(n);
}

static void take(nfds_t n) {
    struct connection *c = &with[n];
    char wanted[sizeof c->answer], path[32];
    ssize_t length = read(polled[n].fd, c->answer + c->length, sizeof c->answer - c->length);
    if (c->number < 0) return fail(n, "a connection that was idle %s", length == 0 ? "was ended" : length > 0 ? "said something" : strerror(errno));
    if (length <= 0) return fail(n, "no answer: %s", length == 0 ? "the connection was ended" : strerror(errno));
    c->length += (size_t)length;
    snprintf(path, sizeof path, "/%ld\n", c->number);
    size_t all = (size_t)snprintf(wanted, sizeof wanted, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(path), path);
    if (c->length > all || memcmp(wanted, c->answer, c->length)) return fail(n, "the answer was '%.*s'", (int)c->length, c->answer);
    if (c->length < all) return;
    double took = now() - c->due;
    if (!(times = realloc(times, (size_t)(answered + 1) * sizeof *times))) abort();
    times[answered++] = took;
    late += took > bound;
    under_way--;
    if (once(c->number)) end(n);
    else c->number = -1;
}

static void event(nfds_t n) {
    if (polled[n].events == POLLIN) return take(n);
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(polled[n].fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) fail(n, "no connection: %s", strerror(error));
    else put(n);
}

static int compare(const void *a, const void *b) {
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

int main(int words, char **word) {
    if (words < 4) return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    double rate = atof(word[1]) / 1e3, begin = now(), said = begin;
    bound = atof(word[2]);
    polled[0] = (struct pollfd){.fd = 0, .events = POLLIN};
    double reached = 0;
    int ending = 0;
    while (!ending || under_way > 0) {
        double next = begin + (double)due / rate, time = now();
        for (; !ending && next <= time; next = begin + (double)due / rate) {
            ask(atoi(word[3 + due % (words - 3)]), due, next);
            due++;
        }
        double wait = ending ? 100 : next - time;
        struct timespec most = {.tv_sec = (time_t)(wait / 1e3), .tv_nsec = wait > 0 ? (long)(wait * 1e6) % 1000000000 : 0};
        if (ppoll(polled, count, &most, NULL) < 0) return 2;
        for (nfds_t n = count - 1; n > 0; n--) {
            if (polled[n].revents) event(n);
            else if (with[n].number >= 0 && now() - with[n].due > LIMIT) fail(n, "no answer");
        }
        if (polled[0].revents && !ending) {
            ending = 1;
            reached = (double)answered / (now() - begin) * 1e3;
            polled[0].fd = -1;
        }
        if (now() - said >= 1e3) {
            said = now();
            printf("%ld %ld %ld %ld\n", due, answered, late, failed);
            fflush(stdout);
        }
    }
    if (answered) qsort(times, (size_t)answered, sizeof *times, compare);
    printf("%ld %ld %ld %ld %.1f %.1f %.1f %.1f\n", due, answered, late, failed, reached, answered ? times[answered / 2] : 0,
        answered ? times[answered * 99 / 100] : 0, answered ? times[answered - 1] : 0);
    return 0;
}
