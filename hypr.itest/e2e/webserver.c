/* webserver PORT: answers each GET by HTTP/1.1 with the path that it asks for. A server for tests in images that have none; it keeps connections, which busybox's does not. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 2048 };

static struct pollfd polled[MOST];
static struct { size_t length; char octets[512]; } asked[MOST];
static nfds_t count = 1; /* the first one listens */

/* Answers the request whose head is whole. Returns 0 when the connection ends with it. */
static int answer(int s, char *head) {
    char said[600], path[500];
    if (sscanf(head, "GET %499s HTTP/1.1", path) != 1) return 0;
    int length = snprintf(said, sizeof said, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s\n", strlen(path) + 1, path);
    return send(s, said, (size_t)length, MSG_NOSIGNAL) == length && !strstr(head, "\r\nConnection: close");
}

static int serve(nfds_t n) {
    char *octets = asked[n].octets;
    ssize_t length = read(polled[n].fd, octets + asked[n].length, sizeof asked[n].octets - 1 - asked[n].length);
    if (length <= 0) return 0;
    asked[n].length += (size_t)length;
    octets[asked[n].length] = 0;
    if (!strstr(octets, "\r\n\r\n")) return 1;
    asked[n].length = 0;
    return answer(polled[n].fd, octets);
}

int main(int words, char **word) {
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(word[words - 1]))};
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) return 1;
    if (bind(s, (struct sockaddr *)&own, sizeof own) < 0 || listen(s, MOST) < 0) return 1;
    polled[0] = (struct pollfd){.fd = s, .events = POLLIN};
    for (;;) {
        polled[0].events = count < MOST ? POLLIN : 0;
        if (poll(polled, count, -1) < 0) return 1;
        for (nfds_t n = count - 1; n > 0; n--) {
            if (!polled[n].revents || serve(n)) continue;
            close(polled[n].fd);
            polled[n] = polled[--count];
            asked[n] = asked[count];
        }
        if (!polled[0].revents) continue;
        int c = accept(s, NULL, NULL);
        if (c < 0) return 1;
        asked[count].length = 0;
        polled[count++] = (struct pollfd){.fd = c, .events = POLLIN};
    }
}
