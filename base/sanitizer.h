/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether this is built with the address sanitizer, which gcc and clang say in their own ways. */
#ifndef GPUCHECK_BASE_SANITIZER_H
#define GPUCHECK_BASE_SANITIZER_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define UNDER_ADDRESS_SANITIZER 1
#endif
#ifndef UNDER_ADDRESS_SANITIZER
#define UNDER_ADDRESS_SANITIZER 0
#endif

#endif
