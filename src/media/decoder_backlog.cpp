#include "media/decoder_backlog.h"

namespace sumac::media {

void DecoderBacklog::answered(LocalTime now) {
    if (waiting_.empty()) return;
    waiting_.pop_front();
    if (behind(now) <= limit) {
        trial_.reset();
    } else if (!trial_) {
        trial_ = Trial{waiting_.size()};
    } else if (++trial_->frames == trial_frames) {
        hopeless_ |= waiting_.size() >= trial_->waiting;
        trial_ = Trial{waiting_.size()};
    }
}

Duration DecoderBacklog::behind(LocalTime now) const {
    return waiting_.empty() ? Duration{0} : now - waiting_.front();
}

} // namespace sumac::media
