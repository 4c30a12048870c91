/// Messages by the names that scenarios use: "stream_data", "frame" (a frame of any kind), ...
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sumac::faultproxy {

enum class Direction { to_client, to_server };
std::string_view to_string(Direction direction);

class MessagePattern {
public:
    /// Nothing for a name that we do not have.
    static std::optional<MessagePattern> named(std::string_view name);
    /// All names, separated by commas, for error messages and help.
    static std::string all_names();

    bool matches(Direction direction, std::uint8_t channel_type, std::uint16_t type) const;
    Direction direction() const;
    std::string_view name() const;
    bool operator==(const MessagePattern&) const = default;

private:
    explicit MessagePattern(std::size_t index) : index_(index) {}
    std::size_t index_; ///< in the table of names
};

} // namespace sumac::faultproxy
