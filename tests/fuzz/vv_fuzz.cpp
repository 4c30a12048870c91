#include "target_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sumac::fuzz::check_target(sumac::parse_vv(sumac::fuzz::text_of(data, size)));
    return 0;
}
