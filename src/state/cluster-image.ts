/** The first byte of an image that holds a site, and what stands there in one that does not. */

/** Behind it come the site's image and the files'. No image of the files begins with it. */
export const siteImageFormat = 1;
