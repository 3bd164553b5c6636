#include "tools/model_input.h"

#include "formats/host/file_io.h"
#include "formats/model_reader.h"
#include "tools/standard_input.h"
#include "tools/stop.h"

namespace lentil::tools {
ModelInput load_model(const std::string& path) {
  const bool from_stream = path == kStandardInput;
  const formats::AlignedBytes bytes =
      from_stream ? read_standard_input() : need(formats::read_file_aligned(path));
  const std::string name = from_stream ? "standard input" : "'" + path + "'";
  return {to_model_file(need(formats::open_model(bytes), "cannot use " + name)), bytes.size()};
}

}  // namespace lentil::tools
