/* tcpecho PORT: sends back what each connection sends. A server for tests in images that have none. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **words) {
    char octets[2048];
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[count - 1]))};
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    signal(SIGCHLD, SIG_IGN);
    if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 || bind(s, (struct sockaddr *)&own, sizeof own) < 0 || listen(s, 64) < 0) return 1;
    for (;;) {
        int c = accept(s, NULL, NULL);
        if (c < 0) return 1;
        if (fork() == 0) {
            ssize_t length;
            while ((length = read(c, octets, sizeof octets)) > 0)
                if (write(c, octets, (size_t)length) != length) _exit(1);
            _exit(0);
        }
        close(c);
    }
}
