// The file that a command writes, and what it held before.
#pragma once
#include <string>

namespace lentil::tools {

// Stops if no file can be written there: better told now than after an hour. `option` names the file.
void check_output(const std::string& path, const std::string& option = "-o");

// Where the old file is kept: PATH.bak.
std::string backup_of(const std::string& path);

// Keeps what the file at `path` holds, or `base` if there is none. Stops if that cannot be done.
void keep_old(const std::string& path, const std::string& base);

// Puts back what keep_old() kept, in one piece. Stops, and changes nothing, if there is none or it is no
// model.
void put_back_old(const std::string& path);

}  // namespace lentil::tools
