#include "message_fuzz.h"
#include "wire/record.h"

using namespace sumac;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_message(
        data, size, wire::parse_record_message, [](const wire::RecordMessage& message) {
            if (const auto* volume = std::get_if<wire::RecordVolume>(&message))
                CHECK(volume->channels.size() <= 255);
        });
    return 0;
}
