#include "scenario.h"

#include <array>

namespace sumac::faultproxy {

std::string_view to_string(Stamp stamp) {
    switch (stamp) {
    case Stamp::init:
        return "init";
    case Stamp::multi_media_time:
        return "multi_media_time";
    case Stamp::stream_data:
        return "stream_data";
    case Stamp::stream_data_sized:
        return "stream_data_sized";
    case Stamp::playback_start:
        return "playback_start";
    case Stamp::playback_mode:
        return "playback_mode";
    case Stamp::playback_data:
        return "playback_data";
    }
    return "unknown";
}

std::string_view effect_name(const Effect& effect) {
    constexpr std::array<std::string_view, std::variant_size_v<Effect>> names{
        "delay", "stall", "rate", "cut", "cut", "rewrite", "inject"};
    return names.at(effect.index());
}

} // namespace sumac::faultproxy
