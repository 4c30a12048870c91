/// A set of capability numbers, as both sides announce them when a channel is linked.
///
/// On the wire: u32 words; capability c is bit c % 32 of word c / 32 (SPICE_COMMON_CAP_*,
/// SPICE_DISPLAY_CAP_*, ...).
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace sumac::wire {

class Capabilities {
public:
    Capabilities() = default;
    Capabilities(std::initializer_list<std::uint32_t> capabilities) {
        for (const std::uint32_t capability : capabilities)
            add(capability);
    }
    static Capabilities from_words(std::vector<std::uint32_t> words) {
        Capabilities capabilities;
        capabilities.words_ = std::move(words);
        return capabilities;
    }

    bool has(std::uint32_t capability) const {
        const std::size_t word = capability / bits;
        return word < words_.size() && (words_[word] >> (capability % bits) & 1) != 0;
    }
    Capabilities& add(std::uint32_t capability) {
        const std::size_t word = capability / bits;
        if (word >= words_.size()) words_.resize(word + 1);
        words_[word] |= std::uint32_t{1} << (capability % bits);
        return *this;
    }
    const std::vector<std::uint32_t>& words() const { return words_; }
    bool operator==(const Capabilities&) const = default;

private:
    static constexpr std::uint32_t bits = 32;
    std::vector<std::uint32_t> words_;
};

} // namespace sumac::wire
