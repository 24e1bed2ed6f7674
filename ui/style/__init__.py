"""The look of every screen: tokens, style sheet, fonts, icons and the few widgets all pages are made of."""
