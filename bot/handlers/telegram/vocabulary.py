"""Names of the Bot API (10.3) that carry nothing said to us: fields around a message, notices, silent updates."""

ENVELOPE = frozenset(
    {
        "message_id",
        "message_thread_id",
        "direct_messages_topic",
        "from",
        "sender_chat",
        "sender_boost_count",
        "sender_business_bot",
        "sender_tag",
        "business_connection_id",
        "date",
        "chat",
        "edit_date",
        "is_topic_message",
        "is_automatic_forward",
        "reply_to_message",
        "external_reply",
        "quote",
        "reply_to_story",
        "reply_to_checklist_task_id",
        "reply_to_poll_option_id",
        "via_bot",
        "has_protected_content",
        "is_from_offline",
        "is_paid_post",
        "media_group_id",
        "author_signature",
        "paid_star_count",
        "entities",
        "link_preview_options",
        "suggested_post_info",
        "effect_id",
        "caption",
        "caption_entities",
        "show_caption_above_media",
        "has_media_spoiler",
        "reply_markup",
        "forward_origin",
        "forward_date",
        "forward_from",
        "forward_from_chat",
        "forward_from_message_id",
        "forward_sender_name",
        "forward_signature",
    }
)
"""Fields around a message's content: none of them is what was said."""

SERVICE = frozenset(
    {
        "migrate_from_chat_id",
        "new_chat_members",
        "left_chat_member",
        "chat_owner_left",
        "chat_owner_changed",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "channel_chat_created",
        "message_auto_delete_timer_changed",
        "pinned_message",
        "write_access_allowed",
        "proximity_alert_triggered",
        "boost_added",
        "chat_background_set",
        "checklist_tasks_done",
        "checklist_tasks_added",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "video_chat_scheduled",
        "video_chat_started",
        "video_chat_ended",
        "video_chat_participants_invited",
        "connected_website",
        "refunded_payment",
    }
)
"""Notices the platform writes into a chat by itself."""

SILENT_UPDATES = frozenset(
    {
        "message_reaction",
        "message_reaction_count",
        "chat_member",
        "chat_boost",
        "removed_chat_boost",
        "poll",
        "poll_answer",
        "inline_query",
        "chosen_inline_result",
        "business_connection",
        "deleted_business_messages",
        "pre_checkout_query",
    }
)
"""Updates that need no answer and change nothing."""

EDITS = frozenset({"edited_message", "edited_channel_post"})
MESSAGES = frozenset({"message", "channel_post"}) | EDITS
UPDATES = MESSAGES | SILENT_UPDATES | {"callback_query", "my_chat_member"}
"""Updates with an outcome of their own; any other kind is `Unknown`."""
