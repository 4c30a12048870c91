#include "base/histogram.h"

#include <algorithm>
#include <cmath>

namespace sumac {
namespace {

constexpr double buckets_per_doubling = 64;

std::size_t bucket_of(Duration duration, std::size_t buckets) {
    const auto us = static_cast<double>(std::max<Duration::rep>(duration.count(), 1));
    return std::min(static_cast<std::size_t>(std::log2(us) * buckets_per_doubling), buckets - 1);
}

double middle_of_bucket_us(std::size_t bucket) {
    return std::exp2((static_cast<double>(bucket) + 0.5) / buckets_per_doubling);
}

} // namespace

void Histogram::add(Duration duration) {
    ++buckets_.at(bucket_of(duration, buckets_.size()));
    ++count_;
    max_ = std::max(max_, duration);
}

Distribution Histogram::distribution() const {
    if (count_ == 0) return {};
    return {count_,
            percentile_ms(0.50),
            percentile_ms(0.95),
            percentile_ms(0.99),
            static_cast<double>(max_.count()) / 1000};
}

double Histogram::percentile_ms(double fraction) const {
    const auto wanted =
        static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * fraction));
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while (bucket + 1 < buckets_.size() && (seen += buckets_.at(bucket)) < wanted)
        ++bucket;
    // No percentile is beyond the largest measurement, whatever the bucket's middle.
    return std::min(middle_of_bucket_us(bucket), static_cast<double>(max_.count())) / 1000;
}

} // namespace sumac
