/* The connection to the host: HELLO and WELCOME, acknowledgements, octets in and out. */
#ifndef KESTREL_LINK_H
#define KESTREL_LINK_H

#include "parser.h"

/* Waits until there is a link, sends the unsolicited WELCOME. */
void link_begin(void);

/* Has `epoll` report the link under `tag`. */
void link_watch(int epoll, uint64_t tag);

/* The link can be read or written, or changed its state. */
void link_ready(uint32_t events);

/* Reads and hands frames to `requests_frame` until there is no more input. */
void link_receive(void);

/* Writes what can be written. */
void link_send(void);

/* Opens the link again when it is gone and the time has come; ms until the next attempt, -1 = none is due. */
int link_again(void);

/* This boot has an id of its own, which stands for as long as it lasts: the first HELLO gives it. */
extern bool link_named;

/* A HELLO was answered on the connection that stands. */
bool link_live(void);

#endif
