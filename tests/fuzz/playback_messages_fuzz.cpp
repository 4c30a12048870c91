#include "message_fuzz.h"
#include "wire/playback.h"

using namespace sumac;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_message(
        data, size, wire::parse_playback_message, [](const wire::PlaybackMessage& message) {
            if (const auto* sound = std::get_if<wire::PlaybackData>(&message))
                fuzz::touch(sound->data);
        });
    return 0;
}
