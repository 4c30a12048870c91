#include "media/transit.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace sumac::media {

void Transit::restart(Duration transit, LocalTime now) {
    least_ = newest_ = previous_ = transit;
    began_ = now;
}

void Transit::add(Duration transit, LocalTime now) {
    if (now - began_ > window) {
        previous_ = newest_;
        newest_ = transit;
        began_ = now;
    }
    newest_ = std::min(newest_, transit);
    least_ = std::min(newest_, previous_);
}

void Spread::add(Duration delay) {
    recent_[count_ % recent_.size()] = delay;
    ++count_;
}

Duration Spread::quantile(double share) const {
    const std::size_t known = std::min(count_, recent_.size());
    if (known == 0) return Duration{0};
    auto sorted = recent_;
    const auto rank = static_cast<std::size_t>(std::floor(share * static_cast<double>(known - 1)));
    const auto at = [&](std::size_t index) {
        return std::next(sorted.begin(), static_cast<std::ptrdiff_t>(index));
    };
    std::nth_element(sorted.begin(), at(rank), at(known));
    return sorted[rank];
}

} // namespace sumac::media
