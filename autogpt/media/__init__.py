"""Pictures and transcripts by others than OpenAI, and what a file of pictures or sound is by its bytes."""
