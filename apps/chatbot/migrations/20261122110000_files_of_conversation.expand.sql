-- A conversation's files: asked for with every question, and searched when a conversation is deleted.
create index files_of_conversation on chatbot.files (conversation_id);
