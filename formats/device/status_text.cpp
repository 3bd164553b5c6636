// An object file of its own: a program that does not ask for texts has none.
#include "formats/device/lentil.h"
#include "runtime/status.h"

const char* lentil_status_text(uint32_t status) {
  return lentil::status_name(static_cast<lentil::Status>(status <= UINT8_MAX ? status : UINT8_MAX));
}
