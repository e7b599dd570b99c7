"""Which fields each Bot API method knows (Bot API 10.3), and of what kind: the table bodies are checked against."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = frozenset({"chat", "int", "float", "bool", "str", "json", "file"})

_ADDRESS = "business_connection_id:str message_thread_id:int direct_messages_topic_id:int"
_SENDING = (
    f"chat_id!:chat {_ADDRESS} disable_notification:bool protect_content:bool allow_paid_broadcast:bool"
    " message_effect_id:str suggested_post_parameters:json reply_parameters:json reply_markup:json"
    " ephemeral_message_parameters:json receiver_user_id:int callback_query_id:str"
)
_CAPTION = "caption:str parse_mode:str caption_entities:json"
_MESSAGE = "business_connection_id:str chat_id:chat message_id:int inline_message_id:str reply_markup:json"
_LIVE = "horizontal_accuracy:float heading:int proximity_alert_radius:int live_period:int"

_SPECIFICATIONS = {
    "getMe": "",
    "sendMessage": f"{_SENDING} text!:str parse_mode:str entities:json link_preview_options:json",
    "sendPhoto": f"{_SENDING} {_CAPTION} photo!:file show_caption_above_media:bool has_spoiler:bool",
    "sendVoice": f"{_SENDING} {_CAPTION} voice!:file duration:int",
    "sendVideo": f"{_SENDING} {_CAPTION} video!:file duration:int width:int height:int thumbnail:file cover:file"
    " start_timestamp:int show_caption_above_media:bool has_spoiler:bool supports_streaming:bool",
    "sendDocument": f"{_SENDING} {_CAPTION} document!:file thumbnail:file disable_content_type_detection:bool",
    "sendLocation": f"{_SENDING} {_LIVE} latitude!:float longitude!:float",
    "sendVenue": f"{_SENDING} latitude!:float longitude!:float title!:str address!:str foursquare_id:str"
    " foursquare_type:str google_place_id:str google_place_type:str",
    "sendContact": f"{_SENDING} phone_number!:str first_name!:str last_name:str vcard:str",
    "sendInvoice": f"{_SENDING} title!:str description!:str payload!:str provider_token:str currency!:str prices!:json"
    " max_tip_amount:int suggested_tip_amounts:json start_parameter:str provider_data:str photo_url:str photo_size:int"
    " photo_width:int photo_height:int need_name:bool need_phone_number:bool need_email:bool"
    " need_shipping_address:bool send_phone_number_to_provider:bool send_email_to_provider:bool is_flexible:bool",
    "answerPreCheckoutQuery": "pre_checkout_query_id!:str ok!:bool error_message:str",
    "sendChatAction": "chat_id!:chat action!:str business_connection_id:str message_thread_id:int",
    "editMessageText": f"{_MESSAGE} text:str parse_mode:str entities:json link_preview_options:json"
    " rich_message:json",
    "editMessageCaption": f"{_MESSAGE} {_CAPTION} show_caption_above_media:bool",
    "editMessageReplyMarkup": _MESSAGE,
    "editMessageLiveLocation": f"{_MESSAGE} {_LIVE} latitude!:float longitude!:float",
    "stopMessageLiveLocation": _MESSAGE,
    "deleteMessage": "chat_id!:chat message_id!:int",
    "answerCallbackQuery": "callback_query_id!:str text:str show_alert:bool url:str cache_time:int",
    "getFile": "file_id!:str",
    "setWebhook": "url!:str certificate:file ip_address:str max_connections:int allowed_updates:json"
    " drop_pending_updates:bool secret_token:str",
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:json",
    "setMyCommands": "commands!:json scope:json language_code:str",
    "getMyCommands": "scope:json language_code:str",
    "deleteMyCommands": "scope:json language_code:str",
    "setMyName": "name:str language_code:str",
    "setMyDescription": "description:str language_code:str",
    "setMyShortDescription": "short_description:str language_code:str",
    "setChatMenuButton": "chat_id:int menu_button:json",
}


@dataclass(frozen=True)
class Field:
    kind: str
    required: bool


def _parsed(specification: str) -> dict[str, Field]:
    fields = {}
    for entry in specification.split():
        name, kind = entry.split(":")
        fields[name.rstrip("!")] = Field(kind, name.endswith("!"))
    return fields


METHODS = {name: _parsed(specification) for name, specification in _SPECIFICATIONS.items()}
BY_LOWER_NAME = {name.lower(): name for name in METHODS}

# Which methods count against the pace of a chat.
PACED = frozenset(name for name in METHODS if name.startswith(("send", "edit", "stop"))) - {"sendChatAction"}

# Methods the server ignores when they come as the body of a webhook's answer.
NOT_IN_WEBHOOK_ANSWER = frozenset({"setWebhook", "deleteWebhook", "close", "logOut"})

INLINE_BUTTON = frozenset(
    [
        "text",
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
        "icon_custom_emoji_id",
        "style",
    ]
)
REPLY_BUTTON = frozenset(
    [
        "text",
        "request_users",
        "request_chat",
        "request_managed_bot",
        "request_contact",
        "request_location",
        "request_poll",
        "web_app",
        "icon_custom_emoji_id",
        "style",
    ]
)
MARKUPS = {
    "inline_keyboard": frozenset({"inline_keyboard"}),
    "keyboard": frozenset(
        [
            "keyboard",
            "is_persistent",
            "resize_keyboard",
            "one_time_keyboard",
            "input_field_placeholder",
            "selective",
        ]
    ),
    "remove_keyboard": frozenset({"remove_keyboard", "selective"}),
    "force_reply": frozenset({"force_reply", "input_field_placeholder", "selective"}),
}
CHAT_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
UPDATE_KINDS = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "managed_bot",
    ]
)
DEFAULT_UPDATES = UPDATE_KINDS - {"chat_member", "message_reaction", "message_reaction_count"}
