#include "message_fuzz.h"
#include "wire/main.h"

using namespace sumac;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_message(data, size, wire::parse_main_message, [](const wire::MainMessage& message) {
        if (const auto* agent = std::get_if<wire::AgentData>(&message)) fuzz::touch(agent->data);
    });
    return 0;
}
