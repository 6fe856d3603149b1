/* What the host asks for: each numbered frame from it, and its RESULT. */
#ifndef KESTREL_REQUESTS_H
#define KESTREL_REQUESTS_H

#include "parser.h"

/* Acts on a numbered frame; false = it cannot be taken now. */
bool requests_frame(struct frame *);

#endif
