/* What the example asks of a machine: an output, a clock, its stack. board_mps2.cpp has them on bare metal,
 * board_host.c where there is an operating system. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void board_print(const char* text);
void board_exit(int code);
uint64_t board_instructions(void); /* since the start; 0: not counted here */
void board_paint_stack(void);      /* all that is free below the caller */
uint32_t board_stack_used(void);   /* bytes below the caller since then; 0: not measured here */

#ifdef __cplusplus
}
#endif

#endif
