/* Learning from corrections, on the device. */
#ifndef LEARN_H
#define LEARN_H

void learn(void);

#endif
