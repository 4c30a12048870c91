/// What chance decides about a drawing; the same for the same seed on every machine. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace sumac::host {

class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}

    std::uint32_t word() { return static_cast<std::uint32_t>(engine_()); }
    /// Both ends are possible. The standard library's distributions differ between libraries.
    int between(int least, int most) {
        const auto range = static_cast<std::uint32_t>(most - least) + 1;
        return least + static_cast<int>(word() % range);
    }
    bool one_in(int sides) { return between(1, sides) == 1; }
    /// Small values as often as large ones: 1 to 2, 2 to 4, 4 to 8 ... are equally likely.
    int length(int most) {
        int limit = most;
        while (limit > 1 && one_in(2))
            limit /= 2;
        return between(1, limit);
    }
    template <class T, std::size_t n>
    T pick(const T (&choices)[n]) {
        return choices[word() % n];
    }

private:
    std::mt19937 engine_;
};

} // namespace sumac::host
