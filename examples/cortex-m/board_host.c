#include <stdio.h>
#include <stdlib.h>

#include "board.h"

void board_print(const char* text) { fputs(text, stdout); }
void board_exit(int code) { exit(code); }
uint64_t board_instructions(void) { return 0; }
void board_paint_stack(void) {}
uint32_t board_stack_used(void) { return 0; }
