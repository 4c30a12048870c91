/// Captures: cut off, damaged, hostile.
#include "capture_file.h"

#include <sstream>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{reinterpret_cast<const char*>(data), size}; // NOLINT: the same bytes
    auto reader =
        sumac::tool::CaptureReader::open(std::make_unique<std::istringstream>(text), "fuzz");
    while (reader) {
        const auto record = reader->next();
        if (!record || !*record) break;
    }
    return 0;
}
