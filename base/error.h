/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The error object: a code and a sentence, with context added on the way up. */
#ifndef GPUCHECK_BASE_ERROR_H
#define GPUCHECK_BASE_ERROR_H

/* Lives on the stack and owns nothing; a text longer than this is cut. */
struct error {
	int code; /* -errno, 0 when nothing went wrong */
	char text[1024];
};

/* Fill *error (may be NULL) with code (an errno, either sign) and a sentence; return -errno. */
int error_set(struct error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, and ": " and strerror(code) after the sentence. */
int error_set_errno(struct error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "sentence: " in front of what *error says; return its code, -EIO when error is NULL. */
int error_wrap(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
