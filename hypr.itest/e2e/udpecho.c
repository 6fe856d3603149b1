/* udpecho PORT: sends each datagram back. A server for tests in images that have none. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int count, char **words) {
    char octets[2048];
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[count - 1]))};
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s < 0 || bind(s, (struct sockaddr *)&own, sizeof own) < 0) return 1;
    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(s, octets, sizeof octets, 0, (struct sockaddr *)&from, &size);
        if (length < 0 || sendto(s, octets, (size_t)length, 0, (struct sockaddr *)&from, size) < 0) return 1;
    }
}
