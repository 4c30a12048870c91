#include "client/idle_decoders.h"

#include <algorithm>

namespace sumac::client {

std::shared_ptr<video::Decoder> IdleDecoders::take(std::uint8_t codec) {
    const auto idle = std::find_if(
        idle_.begin(), idle_.end(), [&](const auto& entry) { return entry.first == codec; });
    if (idle != idle_.end()) {
        auto decoder = std::move(idle->second);
        idle_.erase(idle);
        decoder->restart();
        return decoder;
    }
    auto made = video::make_decoder(codec, parts_);
    return made ? std::shared_ptr<video::Decoder>{*std::move(made)} : nullptr;
}

void IdleDecoders::put(std::uint8_t codec, std::shared_ptr<video::Decoder> decoder) {
    idle_.emplace_back(codec, std::move(decoder));
    if (idle_.size() > max_idle_decoders) idle_.pop_front();
}

} // namespace sumac::client
