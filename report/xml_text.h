/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of the machine as XML 1.0. */
#ifndef GPUCHECK_REPORT_XML_TEXT_H
#define GPUCHECK_REPORT_XML_TEXT_H

#include <stdio.h>

/*
 * Good between tags and between quotes: what is no UTF-8, no character of XML 1.0 or a control
 * character is escaped as in every report (\xNN), the five characters of markup as entities.
 */
void write_xml_text(const char *text, FILE *out);

/* ' name="value"' */
void write_xml_attribute(const char *name, const char *value, FILE *out);

#endif
