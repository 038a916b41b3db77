// What `make bench` measures HTTP beside: the least that a server on libevent's evhttp can do. `/N` is answered with N bytes, `/events` with the
// head of a stream on which nothing comes. Listens at the Unix socket named and at a free port of 127.0.0.1, and says its pid and the port.
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char body[1 << 20];

static void answer(struct evhttp_request *request, void *unused) {
    (void)unused;
    const char *target = evhttp_request_get_uri(request);
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    if (strcmp(target, "/events") == 0) {
        evhttp_add_header(headers, "Content-Type", "text/event-stream");
        evhttp_send_reply_start(request, 200, "OK");
        return;
    }
    size_t size = strtoul(target + 1, NULL, 10);
    struct evbuffer *buffer = evbuffer_new();
    evbuffer_add_reference(buffer, body, size < sizeof body ? size : sizeof body, NULL, NULL);
    evhttp_add_header(headers, "Content-Type", "application/json");
    evhttp_send_reply(request, 200, "OK", buffer);
    evbuffer_free(buffer);
}

static void check(int is_good, const char *what) {
    if (is_good) return;
    perror(what);
    exit(1);
}

static int listen_at(struct sockaddr *address, socklen_t size) {
    int number = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    check(number >= 0 && bind(number, address, size) == 0 && listen(number, 1024) == 0, "listen");
    return number;
}

int main(int count, char **words) {
    check(count == 2 && strlen(words[1]) < sizeof ((struct sockaddr_un *)0)->sun_path, "usage: http_peer SOCKET");
    signal(SIGPIPE, SIG_IGN);
    memset(body, 'x', sizeof body);
    struct event_base *base = event_base_new();
    struct evhttp *server = evhttp_new(base);
    evhttp_set_gencb(server, answer, NULL);

    struct sockaddr_un local = {.sun_family = AF_UNIX};
    strcpy(local.sun_path, words[1]);
    unlink(words[1]);
    check(evhttp_accept_socket(server, listen_at((struct sockaddr *)&local, sizeof local)) == 0, "accept");

    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int number = listen_at((struct sockaddr *)&address, size);
    int on = 1; // Accepted connections inherit it.
    setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    check(evhttp_accept_socket(server, number) == 0, "accept");
    getsockname(number, (struct sockaddr *)&address, &size);

    printf("%d %d\n", (int)getpid(), ntohs(address.sin_port));
    fflush(stdout);
    return event_base_dispatch(base);
}
