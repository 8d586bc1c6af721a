/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share. A target is a parser fed with bytes, and the promises that it keeps
 * whatever they are; each file in targets/ is one, by libFuzzer's name for it.
 */
#ifndef GPUCHECK_TESTS_FUZZ_FUZZ_H
#define GPUCHECK_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Always 0; a broken promise ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The program ends, with the promise on standard error, where it was not kept. */
#define PROMISE(kept) promise((kept), #kept, __FILE__, __LINE__)
void promise(bool kept, const char *words, const char *file, int line);

/* What of an input is left. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* Several texts are one input with a NUL between them, as no text holds one. The next of them, ""
 * behind the last; the caller frees it. It is as large as it has to be: reading on is seen. */
char *input_text(struct input *input);

/* All that is left, the same way, NUL bytes in it or not. */
char *input_rest(struct input *input, size_t *ret_length);

/* 0 at the end. */
uint8_t input_byte(struct input *input);

bool is_utf8(const char *text);

/* Lines of a text, one without a newline at the end too. */
size_t count_lines(const char *text);

#endif
